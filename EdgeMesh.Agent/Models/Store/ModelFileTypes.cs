using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>Which files of a folder belong to a model, by name and place. Everything else stays where it is.</summary>
internal static partial class ModelFileTypes
{
    private static readonly string[] s_graphs = [".onnx", ".gguf", ".tflite", ".dlc"];

    private static readonly HashSet<string> s_settings = new(StringComparer.Ordinal)
    {
        "config.json", "generation_config.json", "genai_config.json", "model_index.json", "scheduler_config.json", "preprocessor_config.json", "processor_config.json", "quantize_config.json",
        "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "spiece.model", "special_tokens_map.json", "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "labels.txt",
        "chat_template.jinja", "chat_template.json",
    };

    /// <summary>The files of a model among these paths, relative and with <c>/</c>. Weights count only beside a graph: their endings say little.</summary>
    public static IEnumerable<string> Of(IReadOnlyCollection<string> paths)
    {
        var folders = paths.Where(IsGraph).Select(FolderOf).ToHashSet(StringComparer.Ordinal);
        return folders.Count == 0 ? [] : paths.Where(p => IsGraph(p) || s_settings.Contains(NameOf(p)) || (Weights().IsMatch(NameOf(p)) && folders.Contains(FolderOf(p))));
    }

    private static bool IsGraph(string path) => Array.Exists(s_graphs, e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    private static string FolderOf(string path) => path[..(path.LastIndexOf('/') + 1)];

    private static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    [GeneratedRegex(@"\.(onnx_data(_\d+)?|data|bin|pb|weights?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Weights();
}
