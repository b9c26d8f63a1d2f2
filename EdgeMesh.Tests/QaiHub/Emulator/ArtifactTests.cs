using System.IO.Compression;
using System.Text;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>The files that jobs leave.</summary>
public sealed class ArtifactTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Fact]
    public async Task Onnx_IsTheInputModelInAZip()
    {
        var hub = shared.Hub;
        byte[] model = await File.ReadAllBytesAsync(RealModel, TestContext.Current.CancellationToken);
        string id = await hub.CompileAsync(await hub.UploadAsync(model, "real.onnx"), "--target_runtime onnx", null, await SpecsAsync());
        Assert.Equal(JobState.Done, (await hub.EndAsync(id)).CompileJob.JobState);
        var file = await hub.GetAsync($"jobs/{id}/download_compiled_model/", FileDownloadURL.Parser);
        Assert.EndsWith(".onnx.zip", file.Filename, StringComparison.Ordinal);
        using var zip = new ZipArchive(new MemoryStream(await hub.DownloadAsync($"jobs/{id}/download_compiled_model/")));
        var entry = Assert.Single(zip.Entries);
        Assert.EndsWith(".onnx/model.onnx", entry.FullName, StringComparison.Ordinal);
        using var content = new MemoryStream();
        await using (var stream = await entry.OpenAsync(TestContext.Current.CancellationToken))
        {
            await stream.CopyToAsync(content, TestContext.Current.CancellationToken);
        }

        Assert.Equal(model, content.ToArray());
    }

    [Fact]
    public async Task Onnx_OfAnUploadedZip_IsThatZip()
    {
        var hub = shared.Hub;
        byte[] zip = Zip(("net.onnx/model.onnx", OnnxFiles.Tiny()), ("net.onnx/model.data", [1, 2, 3]));
        string id = await hub.CompileAsync(await hub.UploadAsync(zip, "net", directory: true), "--target_runtime onnx");
        Assert.Equal(JobState.Done, (await hub.EndAsync(id)).CompileJob.JobState);
        Assert.Equal(zip, await hub.DownloadAsync($"jobs/{id}/download_compiled_model/"));
    }

    [Theory]
    [InlineData("qnn_dlc", ".dlc", ModelType.QnnDlc, "Snapdragon X Elite CRD")]
    [InlineData("qnn_context_binary", ".bin", ModelType.QnnContextBinary, "Snapdragon X Elite CRD")]
    [InlineData("tflite", ".tflite", ModelType.Tflite, "Google Pixel 10")]
    public async Task Others_ArePlaceholdersThatSaySo(string runtime, string extension, ModelType type, string device)
    {
        var hub = shared.Hub;
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), $"--target_runtime {runtime}", new Device { Name = device });
        Assert.Equal(type, (await hub.EndAsync(id)).CompileJob.TargetModel.ModelType);
        Assert.EndsWith(extension, (await hub.GetAsync($"jobs/{id}/download_compiled_model/", FileDownloadURL.Parser)).Filename, StringComparison.Ordinal);
        byte[] file = await hub.DownloadAsync($"jobs/{id}/download_compiled_model/");
        Assert.True(EmulatedPlaceholder.Is(file));
        Assert.Contains(runtime, Encoding.UTF8.GetString(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrecompiledOnnx_IsAZipOfPlaceholders()
    {
        var hub = shared.Hub;
        string id = await hub.CompileAsync(await hub.UploadAsync(OnnxFiles.Tiny()), "--target_runtime precompiled_qnn_onnx");
        var made = (await hub.EndAsync(id)).CompileJob.TargetModel;
        Assert.Equal("60", made.Metadata.Entries[(uint)ModelMetadataKey.QnnContextBinSocModel]);
        Assert.Equal("v73", made.Metadata.Entries[(uint)ModelMetadataKey.QnnContextBinHexagonVersion]);
        using var zip = new ZipArchive(new MemoryStream(await hub.DownloadAsync($"jobs/{id}/download_compiled_model/")));
        Assert.Equal(2, zip.Entries.Count);
        foreach (var entry in zip.Entries)
        {
            byte[] head = new byte[64];
            await using var stream = await entry.OpenAsync(TestContext.Current.CancellationToken);
            await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, TestContext.Current.CancellationToken);
            Assert.True(EmulatedPlaceholder.Is(head));
        }
    }

    [Theory]
    [InlineData("latest", JobArtifactType.DeviceLog, "Emulated: no device was used.")]
    [InlineData("1", JobArtifactType.HubLog, "Emulated: made by the EdgeMesh emulator.")]
    [InlineData("latest", JobArtifactType.ProfileTrace, "\"emulated\":true")]
    public async Task DeviceRun_LeavesLogsAndATrace(string run, JobArtifactType type, string part)
    {
        var hub = shared.Hub;
        string id = await hub.ProfileAsync(await hub.UploadAsync(OnnxFiles.Tiny()));
        await hub.EndAsync(id);
        Assert.Contains(part, Encoding.UTF8.GetString(await hub.DownloadAsync($"jobs/{id}/device_runs/{run}/artifacts/{(int)type}/")), StringComparison.Ordinal);
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"jobs/{id}/device_runs/2/artifacts/{(int)type}/")).Status);
    }

    private static string RealModel => Path.Combine(AppContext.BaseDirectory, "Agent", "Runtimes", "Onnx", "Images", "Fixtures", "variants", "pair", "unet", "model.onnx");

    /// <summary>One of every dimension that the real model leaves open.</summary>
    private static async Task<NamedTensorType[]> SpecsAsync()
    {
        var model = EdgeMesh.QaiHub.Emulator.Graphs.Format.ModelProto.Parser.ParseFrom(await File.ReadAllBytesAsync(RealModel, TestContext.Current.CancellationToken));
        return [.. model.Graph.Input.Select(i => new NamedTensorType
        {
            Name = i.Name,
            TensorType = new TensorType { Dtype = i.Type.TensorType.ElemType == OnnxFiles.Int64 ? TensorDtype.Int64 : TensorDtype.Float32, Shape = { i.Type.TensorType.Shape.Dim.Select(d => d.DimValue > 0 ? (ulong)d.DimValue : 1) } },
        })];
    }

    private static byte[] Zip(params (string Path, byte[] Content)[] files)
    {
        using var memory = new MemoryStream();
        using (var zip = new ZipArchive(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (path, content) in files)
            {
                using var stream = zip.CreateEntry(path).Open();
                stream.Write(content);
            }
        }

        return memory.ToArray();
    }
}
