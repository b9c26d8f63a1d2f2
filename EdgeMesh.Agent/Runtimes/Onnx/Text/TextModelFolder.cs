using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Where in a model's folder its text model lies: in the folder itself, or in one inside it that is meant for the hardware.</summary>
/// <param name="Root">The model's folder.</param>
/// <param name="Folder">The text model's: the root or inside it.</param>
public sealed record TextModelFolder(string Root, string Folder)
{
    private const int MostLookedAt = 2_000;
    private static readonly EnumerationOptions Everywhere = new() { RecurseSubdirectories = true, MaxRecursionDepth = 5, IgnoreInaccessible = true };

    /// <summary>The best text model in a folder for a kind of hardware; the folder itself where none is recognised.</summary>
    public static TextModelFolder Find(string root, AcceleratorKind kind)
    {
        var inside = TextVariants.Best(TextVariants.Of(Files(root)), kind) ?? "";
        return new(root, inside.Length == 0 ? root : System.IO.Path.Combine(root, inside.Replace('/', System.IO.Path.DirectorySeparatorChar)));
    }

    /// <summary>Relative paths of the files in a folder, with <c>/</c>; not more than anyone would give a model.</summary>
    public static ImmutableArray<string> Files(string root) => !Directory.Exists(root) ? []
        : [.. Directory.EnumerateFiles(root, "*", Everywhere).Take(MostLookedAt).Select(f => System.IO.Path.GetRelativePath(root, f).Replace('\\', '/'))];

    /// <summary>A small file of the model: beside its weights, else in the root, where a repository keeps what its variants share.</summary>
    public string Path(string name) => System.IO.Path.Combine(Has(Folder, name) ? Folder : Root, name);

    /// <summary>The folder that has the tokenizer; the text model's own where there is none.</summary>
    public string TokenizerFolder => HasTokenizer(Folder) || !HasTokenizer(Root) ? Folder : Root;

    /// <summary>Whether there is a tokenizer.</summary>
    public bool IsTokenizerThere => HasTokenizer(TokenizerFolder);

    private static bool HasTokenizer(string folder) => Has(folder, "tokenizer.json") || Has(folder, "tokenizer.model");

    private static bool Has(string folder, string name) => File.Exists(System.IO.Path.Combine(folder, name));
}
