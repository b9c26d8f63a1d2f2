using System.IO.Compression;
using EdgeMesh.QaiHub.Onnx;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Models;

/// <summary>A model as a person has it: an ONNX, TorchScript or TensorFlow Lite file, an ONNX folder, or the zip of one.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Type">What it is.</param>
/// <param name="IsFolder">Whether it is a folder, to be zipped for the upload.</param>
/// <param name="IsZip">Whether it is the zip of a folder already.</param>
/// <param name="Onnx">Its inputs and outputs, where it is ONNX; else null.</param>
public sealed record ModelPackage(string Path, ModelType Type, bool IsFolder, bool IsZip, OnnxModel? Onnx)
{
    private const string OnnxEnding = ".onnx";

    /// <summary>Looks at what is there, by its name and, for ONNX, by its content.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadModel"/> or <see cref="HubFailure.LocalFile"/>.</exception>
    public static ModelPackage Open(string path)
    {
        if (Directory.Exists(path))
        {
            var models = Directory.GetFiles(path, "*" + OnnxEnding);
            return new ModelPackage(path, ModelType.Onnx, true, false, OnnxReader.Read(One(models, path)));
        }

        UploadFile.Stat(path);
        return System.IO.Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".ONNX" => OfOnnxFile(path),
            ".ZIP" => new ModelPackage(path, ModelType.Onnx, false, true, ReadZip(path)),
            ".PT" or ".PTH" or ".TORCHSCRIPT" => new ModelPackage(path, ModelType.Torchscript, false, false, null),
            ".TFLITE" => new ModelPackage(path, ModelType.Tflite, false, false, null),
            _ => throw Bad($"{System.IO.Path.GetFileName(path)} has an ending that says nothing about what it is.", "Use .onnx, .pt, .tflite, a folder with an .onnx file, or the zip of one."),
        };
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
            await ZipFile.CreateFromDirectoryAsync(Path, zip, CompressionLevel.NoCompression, includeBaseDirectory: true, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UploadFile.Local(Path, "cannot be zipped", e);
        }

        return new ModelUpload(zip, Type, name, Directory: true);
    }

    private static ModelPackage OfOnnxFile(string path) => OnnxReader.Read(path) is { HasExternalData: false } onnx
        ? new ModelPackage(path, ModelType.Onnx, false, false, onnx)
        : throw Bad($"The weights of {System.IO.Path.GetFileName(path)} are in files beside it.", "Upload the whole folder, or a zip of it.");

    private static OnnxModel ReadZip(string path)
    {
        try
        {
            using var zip = ZipFile.OpenRead(path);
            var entry = One([.. zip.Entries.Where(e => e.Name.EndsWith(OnnxEnding, StringComparison.OrdinalIgnoreCase))], path);
            using var content = entry.Open();
            return OnnxReader.Read(new ForwardStream(content, entry.Length));
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
