using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Models.Store;

/// <summary>A model's name in the store: lower-case letters, digits, dot, dash and underscore, up to 100; it names files, so nothing else is possible.</summary>
public readonly partial record struct ModelId
{
    private ModelId(string value) => Value = value;

    public string Value { get; }

    /// <summary>An id as the store gave it out; anything else is an unsafe path.</summary>
    public static ModelId Parse(string id) => Canonical().IsMatch(id) && SafePath.IsSafe(id)
        ? new ModelId(id)
        : throw new ModelStoreException(StoreFailure.UnsafePath, $"\"{id}\" is not the name of a model: lower-case letters, digits, dot, dash and underscore are.");

    /// <summary>The id for a name from outside: <c>onnx-community/Qwen3-0.6B</c> becomes <c>onnx-community--qwen3-0.6b</c>.</summary>
    public static ModelId From(string name) =>
        Parse(Other().Replace(name.Trim().ToLowerInvariant().Replace("/", "--", StringComparison.Ordinal), "-").Trim('-', '.', '_'));

    public override string ToString() => Value;

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]{0,98}[a-z0-9]$|^[a-z0-9]$")]
    private static partial Regex Canonical();

    [GeneratedRegex("[^a-z0-9._-]+")]
    private static partial Regex Other();
}
