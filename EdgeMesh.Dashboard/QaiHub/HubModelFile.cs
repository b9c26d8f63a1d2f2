using System.IO.Compression;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Tensors;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Looks at what a person sent and makes the one file of it that the service takes.</summary>
internal static class HubModelFile
{
    private const string OnnxEnding = ".onnx";

    /// <summary>A single file as it is, an ONNX file with its weights as a zip; or what is wrong.</summary>
    public static async Task<(ModelUpload? Upload, ImmutableArray<TensorSpec> Inputs, Problem? Problem)> LookAsync(string folder, ImmutableArray<HubUploadFile> files, string name, CancellationToken cancellationToken)
    {
        try
        {
            if (files is [var only])
            {
                var path = Path.Combine(folder, only.Name);
                return Unsafe(path) is { } unsafeName
                    ? (null, [], HubProblems.NotAModel($"The zip has a file \"{unsafeName}\" that would land outside its folder."))
                    : await OfAsync(ModelPackage.Open(path), Titled(name, only.Name), "", cancellationToken);
            }

            if (files.FirstOrDefault(f => f.Name.EndsWith(OnnxEnding, StringComparison.OrdinalIgnoreCase)) is not { } model)
            {
                return (null, [], HubProblems.NotAModel($"{files.Length} files were sent, and none ends in .onnx."));
            }

            // The service wants a folder; it bears the model's name.
            var inner = Directory.CreateDirectory(Path.Combine(folder, "files", model.Name)).FullName;
            foreach (var file in files)
            {
                File.Move(Path.Combine(folder, file.Name), Path.Combine(inner, file.Name), overwrite: true);
            }

            return await OfAsync(ModelPackage.Open(inner), Titled(name, model.Name), Path.Combine(folder, "packed.zip"), cancellationToken);
        }
        catch (QaiHubException e)
        {
            return (null, [], HubProblems.NotAModel($"{e.Cause} {e.Remedy}".Trim()));
        }
        catch (InvalidDataException)
        {
            return (null, [], HubProblems.NotAModel("The file is no zip, or it is damaged."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [], HubProblems.UploadFailed(e.Message));
        }
    }

    private static async Task<(ModelUpload? Upload, ImmutableArray<TensorSpec> Inputs, Problem? Problem)> OfAsync(ModelPackage package, string name, string zip, CancellationToken cancellationToken) =>
        (await package.PrepareAsync(name, zip, cancellationToken), package.Onnx?.Inputs ?? [], null);

    private static string Titled(string name, string file) => name.Trim() is { Length: > 0 } given ? given : file;

    // The service unpacks it: what would leave the folder there is refused here, by its name.
    private static string? Unsafe(string path)
    {
        if (!path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        using var zip = ZipFile.OpenRead(path);
        var bad = zip.Entries.FirstOrDefault(e => !IsInside(e.FullName.TrimEnd('/')));
        return bad is null ? null : new string([.. bad.FullName.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);
    }

    private static bool IsInside(string name) => name.Length > 0 && name[0] != '/' && !name.Contains('\\') && !name.Contains(':') && name.Split('/').All(p => p is not ("" or "." or ".."));
}
