using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>Which file of a model is run.</summary>
public static class ModelFile
{
    private const int MostNamed = 8;
    private const int MostLookedAt = 2_000;

    /// <summary>The one that was asked for; else the only one, or <c>model.onnx</c>.</summary>
    /// <param name="folder">Absolute.</param>
    /// <param name="wanted">Relative to it, with <c>/</c>; empty lets this choose.</param>
    /// <exception cref="TaskFailedException">BadInput: it is not there, or there are several. Unsupported: the model has no ONNX file.</exception>
    public static string Choose(string folder, string wanted)
    {
        var files = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).Take(MostLookedAt).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal).ToList()
            : [];
        if (files.Count == 0)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, "The model has no ONNX file.");
        }

        if (wanted.Length > 0)
        {
            return SafePath.IsSafe(wanted) && files.Contains(wanted, StringComparer.Ordinal) ? wanted : throw new TaskFailedException(ReasonCode.BadInput, $"The model has no file {wanted}. It has {Named(files)}.");
        }

        var named = files.FindAll(f => Path.GetFileName(f) == "model.onnx");
        return files is [var only] ? only
            : named is [var usual] ? usual
            : throw new TaskFailedException(ReasonCode.BadInput, $"The model has several ONNX files; say which one to run: {Named(files)}.");
    }

    private static string Named(List<string> files) => string.Join(", ", files.Take(MostNamed)) + (files.Count > MostNamed ? $" and {files.Count - MostNamed} more" : "");
}
