using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>
/// Where in a set of files the text models are, told by their names: a folder with <c>config.json</c> or <c>genai_config.json</c> and ONNX files in it
/// or in its <c>onnx/</c>. A repository may hold several, one for each kind of hardware.
/// </summary>
public static class TextVariants
{
    // Words of folder names for hardware that the CPU is not.
    private static readonly string[] Accelerators = ["cuda", "directml", "dml", "gpu", "qnn", "npu", "webgpu", "vitis", "openvino", "tensorrt", "trt", "migraphx", "rocm"];

    /// <summary>The folders, relative and with <c>/</c>; the root is empty.</summary>
    public static ImmutableArray<string> Of(IReadOnlyCollection<string> paths)
    {
        var weights = paths.Where(p => p.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)).Select(FolderOf).ToHashSet(StringComparer.Ordinal);
        return [.. paths.Where(p => NameOf(p) is "config.json" or "genai_config.json").Select(FolderOf).Distinct(StringComparer.Ordinal)
            .Where(f => weights.Contains(f) || weights.Contains(f.Length == 0 ? "onnx" : $"{f}/onnx"))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Whether a variant's folder, or the root for all of them, has a tokenizer.</summary>
    public static bool HasTokenizer(IReadOnlyCollection<string> paths, string folder) =>
        paths.Any(p => NameOf(p) is "tokenizer.json" or "tokenizer.model" && FolderOf(p) is var at && (at.Length == 0 || at == folder));

    /// <summary>The one for this kind of hardware: the root itself where it is one, then what is named after the hardware, then four bits before more.</summary>
    public static string? Best(ImmutableArray<string> folders, AcceleratorKind kind) => folders
        .OrderBy(f => f.Length > 0)
        .ThenBy(f => Distance(f, kind))
        .ThenBy(f => f.Contains("int4", StringComparison.OrdinalIgnoreCase) || f.Contains("q4", StringComparison.OrdinalIgnoreCase) ? 0 : 1)
        .ThenBy(f => kind == AcceleratorKind.CPU && f.Contains("acc-level-4", StringComparison.OrdinalIgnoreCase) ? 0 : 1) // sums in 8 bits, which CPUs are fast at
        .ThenBy(f => f, StringComparer.Ordinal)
        .FirstOrDefault();

    /// <summary>
    /// The files without those of other variants than the one the CPU runs, which nobody would use: a repository may be ten times as large as a model. Only
    /// folders with a <c>genai_config.json</c> each are variants of one model; others may be its parts.
    /// </summary>
    public static IReadOnlyList<T> Needed<T>(IReadOnlyList<T> files, Func<T, string> path)
    {
        var paths = files.Select(path).ToHashSet(StringComparer.Ordinal);
        var folders = Of(paths).RemoveAll(f => !paths.Contains($"{f}/genai_config.json"));
        if (folders.Length < 2)
        {
            return files;
        }

        var others = folders.Remove(Best(folders, AcceleratorKind.CPU)!);
        return [.. files.Where(f => !others.Any(o => path(f).StartsWith(o + "/", StringComparison.Ordinal)))];
    }

    private static int Distance(string folder, AcceleratorKind kind)
    {
        bool Named(string word) => folder.Contains(word, StringComparison.OrdinalIgnoreCase);
        var forAccelerator = Array.Exists(Accelerators, Named);
        return kind switch
        {
            AcceleratorKind.CPU => Named("cpu") ? 0 : forAccelerator ? 2 : 1,
            AcceleratorKind.NPU => Named("npu") || Named("qnn") ? 0 : forAccelerator ? 2 : 1,
            _ => Named("gpu") || Named("cuda") || Named("dml") || Named("directml") ? 0 : Named("cpu") ? 2 : 1,
        };
    }

    private static string FolderOf(string path) => path.LastIndexOf('/') is > 0 and var at ? path[..at] : "";

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
