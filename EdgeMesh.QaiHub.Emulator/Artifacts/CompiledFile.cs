using System.IO.Compression;
using System.Text;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Emulator.State;

namespace EdgeMesh.QaiHub.Emulator.Artifacts;

/// <summary>The file that a compile, quantize or link job leaves: the runnable input model where that is possible, otherwise a placeholder that says what it is.</summary>
internal sealed class CompiledFile(AssetFolder assets)
{
    /// <summary>Where the format's own root would be, and the format's name.</summary>
    private static readonly byte[] TfLiteHead = [8, 0, 0, 0, .. "TFL3"u8];

    /// <summary>The uploaded model as a zip of a folder; one that is a zip already is used as it is.</summary>
    public async Task<Asset> RunnableAsync(Asset upload, string id, string name, CancellationToken cancel)
    {
        await using var source = assets.Open(upload.Key);
        if (OnnxGraph.IsZip(source))
        {
            return upload with { FileName = $"{name}.onnx.zip" };
        }

        return await ZipAsync(id, name, [("model.onnx", source)], cancel);
    }

    public async Task<Asset> PlaceholderAsync(TargetRuntime runtime, string id, string name, string device, CancellationToken cancel)
    {
        byte[] text = Encoding.UTF8.GetBytes(
            $"{EmulatedPlaceholder.FirstLine}\nMade by the EdgeMesh emulator of Qualcomm AI Hub in place of a model compiled to {runtime.Option} for {device}.\nIt has no code and no weights: nothing can run it.\n");
        if (runtime.IsDirectory)
        {
            return await ZipAsync(id, name, [("model.onnx", new MemoryStream(text)), ("model.bin", new MemoryStream(text))], cancel);
        }

        return await WriteAsync(id, name + runtime.Extension, runtime == TargetRuntime.TfLite ? [.. TfLiteHead, .. text] : text, cancel);
    }

    /// <summary>Stands for the outputs of an inference job, which nobody computed: zeros, and a remark that says so.</summary>
    public Asset Dataset(string id, string job, OnnxGraph graph)
    {
        EmulatedOutputs.Write(
            assets.PathOf(id), graph.Outputs, $"{EmulatedPlaceholder.FirstLine}\nMade by the EdgeMesh emulator of Qualcomm AI Hub in place of the outputs of job {job}.\nNothing was computed.\n");
        return new Asset(id, $"dataset_{id}.h5", assets.Length(id));
    }

    private async Task<Asset> WriteAsync(string id, string fileName, byte[] content, CancellationToken cancel)
    {
        await using var file = assets.Create(id);
        await file.WriteAsync(content, cancel);
        return new Asset(id, fileName, content.Length);
    }

    private async Task<Asset> ZipAsync(string id, string name, (string Name, Stream Content)[] files, CancellationToken cancel)
    {
        await using (var file = assets.Create(id))
        await using (var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancel))
        {
            foreach (var (path, content) in files)
            {
                await using var entry = await zip.CreateEntry($"{name}.onnx/{path}", CompressionLevel.NoCompression).OpenAsync(cancel);
                await content.CopyToAsync(entry, cancel);
            }
        }

        return new Asset(id, $"{name}.onnx.zip", assets.Length(id));
    }
}
