using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>What of an engine's list can be a model of this device.</summary>
public static class EngineModels
{
    /// <summary>Models of one engine; more are not listed.</summary>
    public const int Most = 500;

    /// <summary>Characters of a name; a model with a longer one is not listed.</summary>
    public const int LongestName = 200;

    /// <summary>Whether this can be told, shown and asked for again exactly as it is: a text of some length, without control characters or half surrogate pairs.</summary>
    public static bool IsName(string? name) =>
        !string.IsNullOrWhiteSpace(name) && name.Length <= LongestName && !name.Any(char.IsControl) && name.EnumerateRunes().All(r => r != System.Text.Rune.ReplacementChar);

    /// <summary>Each model with a usable name once, with possible figures only.</summary>
    public static ImmutableArray<ModelInfo> Usable(IEnumerable<ModelInfo?> models) =>
    [
        .. models.OfType<ModelInfo>().Where(m => IsName(m.Id)).DistinctBy(m => m.Id, StringComparer.Ordinal).Take(Most).Select(m => m with
        {
            Skills = m.Skills.IsDefault ? [] : m.Skills,
            SizeBytes = m.SizeBytes is > 0 ? m.SizeBytes : null,
            ContextTokens = m.ContextTokens is > 0 ? m.ContextTokens : null,
            ResidentBytes = m.ResidentBytes is { } resident ? Math.Max(0, resident) : null,
            ResidentContext = m.ResidentContext is > 0 ? m.ResidentContext : null,
            QualityTier = Math.Clamp(m.QualityTier, 0, 5),
        }),
    ];
}
