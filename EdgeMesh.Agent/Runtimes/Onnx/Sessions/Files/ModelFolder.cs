using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;

/// <summary>Keeps a model inside its folder: a hostile file must not make the runtime read others' files.</summary>
public static class ModelFolder
{
    /// <summary>Checks that every file the model refers to is inside <paramref name="root"/> (links resolved), is there, and is long enough.</summary>
    /// <exception cref="TaskFailedException">Refused: outside the folder. ModelMissing: not there or cut off.</exception>
    public static void Check(OnnxFile file, string root)
    {
        var model = Path.GetFileName(file.Path);
        var folder = Path.GetDirectoryName(Path.GetFullPath(file.Path))!;
        var inside = Real(Path.GetFullPath(root)) + Path.DirectorySeparatorChar;
        foreach (var parts in file.External.GroupBy(e => e.Location, StringComparer.Ordinal))
        {
            if (parts.Key.Length == 0 || parts.Key.Contains('\0') || Path.IsPathRooted(parts.Key))
            {
                throw Outside(model, parts.Key);
            }

            var path = Path.GetFullPath(Path.Combine(folder, parts.Key));
            if (!Real(path).StartsWith(inside, StringComparison.Ordinal))
            {
                throw Outside(model, parts.Key);
            }

            if (!File.Exists(path))
            {
                throw new TaskFailedException(ReasonCode.ModelMissing, $"{model} keeps its weights in {parts.Key}, which is not there. Get the model again.");
            }

            var length = Length(path);
            if (parts.Any(p => p.Offset > length || p.Length > length - p.Offset))
            {
                throw new TaskFailedException(ReasonCode.ModelMissing, $"{parts.Key}, the weights of {model}, is cut off. Get the model again.");
            }
        }
    }

    private static TaskFailedException Outside(string model, string location) =>
        new(ReasonCode.Refused, $"{model} wants to read {SessionErrors.Short(location)}, which is outside its folder. It was not loaded.");

    private static long Length(string path)
    {
        using var stream = File.OpenRead(path);
        return stream.Length;
    }

    /// <summary>The path with every link on the way resolved.</summary>
    private static string Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            FileSystemInfo info = Directory.Exists(real) ? new DirectoryInfo(real) : new FileInfo(real);
            // LinkTarget is null for what is no link, or not there at all.
            real = info.LinkTarget is null ? real : info.ResolveLinkTarget(returnFinalTarget: true)!.FullName;
        }

        return real;
    }
}
