namespace EdgeMesh.Core.Jobs;

/// <summary>Code in a Markdown fence with its language. Pure.</summary>
public static class CodeFence
{
    private const string Fence = "```";

    /// <summary>The answer as it is when it has a fence (closed when it was cut off inside), else a fence around it.</summary>
    /// <param name="language">As the person named it, such as <c>C#</c>; null is unknown.</param>
    public static string Around(string answer, string? language)
    {
        var fences = answer.Split('\n').Count(line => line.AsSpan().TrimStart().StartsWith(Fence));
        if (fences > 0)
        {
            return fences % 2 == 0 ? answer : $"{answer.TrimEnd()}\n{Fence}";
        }

        return string.IsNullOrWhiteSpace(answer) ? answer : $"{Fence}{Word(language)}\n{answer.Trim('\r', '\n')}\n{Fence}";
    }

#pragma warning disable CA1308 // Markdown's words for languages are lower case
    private static string Word(string? language) => language?.Trim().ToLowerInvariant() switch
    {
        null => "",
        "c#" => "csharp",
        "f#" => "fsharp",
        "c++" => "cpp",
        "visual basic" => "vb",
        var word => string.Concat(word.Where(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '+' or '#')),
    };
#pragma warning restore CA1308
}
