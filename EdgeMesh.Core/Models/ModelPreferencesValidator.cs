using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Models;

/// <summary>Says what is wrong with preferred models.</summary>
public static class ModelPreferencesValidator
{
    /// <summary>Most patterns of a kind.</summary>
    public const int MostPatterns = 20;

    /// <summary>Most characters of a pattern.</summary>
    public const int LongestPattern = 200;

    private static readonly (JobKind Kind, string Field)[] Kinds = [(JobKind.Chat, "chat"), (JobKind.Summarize, "summarize"), (JobKind.Code, "code"), (JobKind.Image, "image")];

    /// <summary>The first problem, or null.</summary>
    public static Problem? Validate(ModelPreferences preferences)
    {
        foreach (var (kind, field) in Kinds)
        {
            var patterns = preferences.Of(kind);
            if (patterns.Length > MostPatterns)
            {
                return Wrong(field, $"There are {patterns.Length}; at most {MostPatterns} are possible.");
            }

            if (patterns.Any(p => string.IsNullOrWhiteSpace(p) || p.Length > LongestPattern || p.Any(char.IsControl)))
            {
                return Wrong(field, $"A model name or pattern has 1 to {LongestPattern} characters and no control characters.");
            }

            if (patterns.Distinct(StringComparer.OrdinalIgnoreCase).Count() < patterns.Length)
            {
                return Wrong(field, "A name is there twice.");
            }
        }

        return null;
    }

    private static Problem Wrong(string field, string detail) =>
        new("models_invalid", "The preferred models are not valid.", detail, "Send a list of names such as \"qwen3:8b\" or patterns such as \"*qwen3?8b*\", best first.", field);
}
