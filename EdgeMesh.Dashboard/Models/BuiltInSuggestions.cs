using System.Text.Json;
using EdgeMesh.Agent.Models;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Questions that the built-in text model can answer: it was made for these and recites definitions.</summary>
public static class BuiltInSuggestions
{
    private static readonly Lazy<ImmutableArray<string>> s_all = new(Read);

    public static string Model => BuiltInModels.TextId;

    /// <summary>All of them; empty in an installation without the built-in models.</summary>
    public static ImmutableArray<string> All => s_all.Value;

    private static ImmutableArray<string> Read()
    {
        var file = Path.Combine(BuiltInModels.Text.Folder, "suggestions.json");
        return File.Exists(file) ? JsonSerializer.Deserialize<ImmutableArray<string>>(File.ReadAllBytes(file)) : [];
    }
}
