using System.IO.Compression;
using EdgeMesh.QaiHub.Onnx;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Models;

/// <summary>A model as a person has it: an ONNX, TorchScript or TensorFlow Lite file, what Qualcomm's tools made, an ONNX folder (with AIMET's encodings beside the model, too), or the zip of one.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Type">What it is.</param>
/// <param name="IsFolder">Whether it is a folder, to be zipped for the upload.</param>
/// <param name="IsZip">Whether it is the zip of a folder already.</param>
/// <param name="Onnx">Its inputs and outputs, where it is ONNX; else null.</param>
public sealed record ModelPackage(string Path, ModelType Type, bool IsFolder, bool IsZip, OnnxModel? Onnx)
{
    private const string OnnxEnding = ".onnx";
    private const string EncodingsEnding = ".encodings";
    private const string AimetEnding = ".aimet";
    private const int MostNamed = 3;
    private const int LongestShown = 120;

    /// <summary>Looks at what is there, by its name and, for ONNX, by its content.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadModel"/> or <see cref="HubFailure.LocalFile"/>.</exception>
    public static ModelPackage Open(string path)
    {
        if (Directory.Exists(path))
        {
            var model = One(Directory.GetFiles(path, "*" + OnnxEnding), path);
            var onnx = OnnxReader.Read(model);
            RequireWeights(onnx, model, name => File.Exists(System.IO.Path.Combine(path, name)));
            return new ModelPackage(path, TypeOf(Directory.GetFiles(path, "*" + EncodingsEnding).Length, path), true, false, onnx);
        }

        UploadFile.Stat(path);
        return System.IO.Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".ONNX" => OfOnnxFile(path),
            ".ZIP" => OfZip(path),
            ".PT" or ".PTH" or ".TORCHSCRIPT" => new ModelPackage(path, ModelType.Torchscript, false, false, null),
            ".TFLITE" => new ModelPackage(path, ModelType.Tflite, false, false, null),
            ".DLC" => new ModelPackage(path, ModelType.QnnDlc, false, false, null),
            ".BIN" => new ModelPackage(path, ModelType.QnnContextBinary, false, false, null),
            ".PT2" => throw Bad($"{System.IO.Path.GetFileName(path)} is a program of torch.export. The service takes it from newer clients; how they name its type is not known here.", "Export it as ONNX or TorchScript."),
            _ => throw Bad($"{System.IO.Path.GetFileName(path)} has an ending that says nothing about what it is.", "Use .onnx, .pt, .tflite, .dlc, .bin, a folder with an .onnx file, or the zip of one."),
        };
    }

    /// <summary>Reads an ONNX file, or the one in a zip, whatever its name.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadModel"/> or <see cref="HubFailure.LocalFile"/>.</exception>
    public static OnnxModel ReadOnnx(string path)
    {
        Span<byte> head = stackalloc byte[4];
        using (var file = UploadFile.Guard(path, File.OpenRead))
        {
            file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }

        return head.SequenceEqual("PK\x03\x04"u8) ? ReadZip(path).Onnx : OnnxReader.Read(path);
    }

    /// <summary>What to upload; a folder is zipped to <paramref name="zip"/> first, uncompressed: weights hardly shrink.</summary>
    public async Task<ModelUpload> PrepareAsync(string name, string zip, CancellationToken cancellationToken = default)
    {
        if (!IsFolder)
        {
            return new ModelUpload(Path, Type, name, IsZip);
        }

        try
        {
            if (Type == ModelType.AimetOnnx)
            {
                await ZipAimetAsync(zip, cancellationToken);
            }
            else
            {
                await ZipFile.CreateFromDirectoryAsync(Path, zip, CompressionLevel.NoCompression, includeBaseDirectory: true, cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UploadFile.Local(Path, "cannot be zipped", e);
        }

        return new ModelUpload(zip, Type, name, Directory: true);
    }

    private static ModelPackage OfZip(string path)
    {
        var (onnx, type, folder) = ReadZip(path);
        return type == ModelType.AimetOnnx && !folder.TrimEnd('/').EndsWith(AimetEnding, StringComparison.OrdinalIgnoreCase)
            ? throw Bad($"{System.IO.Path.GetFileName(path)} has a model with AIMET's encodings, and not in a folder that ends in {AimetEnding}.", $"Name the folder so, such as net{AimetEnding}, and zip it with its name; or upload the files as they are.")
            : new ModelPackage(path, type, false, true, onnx);
    }

    private static ModelType TypeOf(int encodings, string path) => encodings switch
    {
        0 => ModelType.Onnx,
        1 => ModelType.AimetOnnx,
        _ => throw Bad($"{System.IO.Path.GetFileName(path.TrimEnd('/', '\\'))} has several {EncodingsEnding} files.", "There must be exactly one, beside the model."),
    };

    /// <summary>The service takes such a model as the zip of a folder whose name ends in .aimet, whatever the folder is called here.</summary>
    private async Task ZipAimetAsync(string zip, CancellationToken cancellationToken)
    {
        var name = System.IO.Path.GetFileName(Path.TrimEnd('/', '\\'));
        var root = name.EndsWith(AimetEnding, StringComparison.OrdinalIgnoreCase) ? name : System.IO.Path.GetFileNameWithoutExtension(Directory.GetFiles(Path, "*" + OnnxEnding)[0]) + AimetEnding;
        await using var archive = await ZipFile.OpenAsync(zip, ZipArchiveMode.Create, cancellationToken);
        foreach (var file in Directory.GetFiles(Path, "*", SearchOption.AllDirectories))
        {
            await archive.CreateEntryFromFileAsync(file, $"{root}/{System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/')}", CompressionLevel.NoCompression, cancellationToken);
        }
    }

    private static ModelPackage OfOnnxFile(string path) => OnnxReader.Read(path) switch
    {
        { HasExternalData: false } onnx => new ModelPackage(path, ModelType.Onnx, false, false, onnx),
        { ExternalFiles: { IsEmpty: false } files } => throw Bad($"The weights of {System.IO.Path.GetFileName(path)} are in files beside it: {Shown(files)}.", "Upload them with it, or the whole folder, or a zip of it."),
        _ => throw Bad($"The weights of {System.IO.Path.GetFileName(path)} are in files beside it.", "Upload the whole folder, or a zip of it."),
    };

    /// <summary>The service would find out after the upload, minutes later.</summary>
    private static void RequireWeights(OnnxModel onnx, string model, Func<string, bool> isThere)
    {
        if (onnx.ExternalFiles.FirstOrDefault(f => !IsBeside(f)) is { } outside)
        {
            throw Bad($"{System.IO.Path.GetFileName(model)} has weights in \"{Shown(outside)}\", which is outside its folder.", "Export it again with its weights in files beside it.");
        }

        if (onnx.ExternalFiles.Where(f => !isThere(f)).ToList() is { Count: > 0 } missing)
        {
            throw Bad($"{System.IO.Path.GetFileName(model)} has weights in {Shown(missing)}, which {(missing.Count == 1 ? "is" : "are")} missing.", "Add what is missing, beside the model.");
        }
    }

    private static bool IsBeside(string name) => name[0] is not ('/' or '\\') && !name.Contains(':', StringComparison.Ordinal) && !name.Split('/', '\\').Contains("..");

    private static string Shown(IReadOnlyCollection<string> names) =>
        string.Join(", ", names.Take(MostNamed).Select(n => $"\"{Shown(n)}\"")) + (names.Count > MostNamed ? $" and {names.Count - MostNamed} more" : "");

    private static string Shown(string name) => PlainLine.Of(name.Length > LongestShown ? name[..LongestShown] + "…" : name);

    private static (OnnxModel Onnx, ModelType Type, string Folder) ReadZip(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entry = One([.. zip.Entries.Where(e => e.Name.EndsWith(OnnxEnding, StringComparison.OrdinalIgnoreCase))], path);
            using var content = entry.Open();
            var onnx = OnnxReader.Read(new ForwardStream(content, entry.Length));
            var folder = entry.FullName[..^entry.Name.Length];
            RequireWeights(onnx, entry.Name, name => zip.Entries.Any(e => e.FullName == folder + name.Replace('\\', '/').TrimStart('.', '/')));
            return (onnx, TypeOf(zip.Entries.Count(e => e.FullName == folder + e.Name && e.Name.EndsWith(EncodingsEnding, StringComparison.OrdinalIgnoreCase)), path), folder);
        }
        catch (InvalidDataException e)
        {
            throw new QaiHubException(HubFailure.BadModel, $"{System.IO.Path.GetFileName(path)} is no zip, or it is damaged.", "Zip the model's folder again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UploadFile.Local(path, "cannot be read", e);
        }
    }

    private static T One<T>(T[] models, string path) => models.Length == 1
        ? models[0]
        : throw Bad($"{System.IO.Path.GetFileName(path.TrimEnd('/', '\\'))} has {(models.Length == 0 ? "no" : "several")} .onnx files.", "There must be exactly one, with its weights beside it.");

    private static QaiHubException Bad(string cause, string remedy) => new(HubFailure.BadModel, cause, remedy);
}
