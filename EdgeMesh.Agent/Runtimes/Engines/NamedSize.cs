using System.Globalization;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>How large a model is by its own name, when its engine does not say: <c>llama3.1:8b</c>, <c>mixtral-8x7b</c>, <c>smollm2-360M</c>.</summary>
internal static partial class NamedSize
{
    private const double Most = 5_000;

    /// <summary>Billions of parameters; null when the name says none.</summary>
    public static double? Of(string id)
    {
        if (Pattern().Match(id) is not { Success: true } match)
        {
            return null;
        }

        var size = double.Parse(match.Groups["size"].ValueSpan, CultureInfo.InvariantCulture);
        var experts = match.Groups["experts"] is { Success: true } group ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 1;
        var billions = size * experts / (match.Groups["unit"].ValueSpan is "m" or "M" ? 1_000 : 1);
        return billions is > 0 and <= Most ? billions : null;
    }

    // A number that is a word of its own: not the 4 of "4bit", the 3 of "a3b" (active experts) or the 2.5 of "qwen2.5".
    [GeneratedRegex(@"(?<![a-z0-9.])(?:(?<experts>\d{1,3})x)?e?(?<size>\d{1,4}(?:\.\d{1,3})?)(?<unit>[bm])(?![a-z0-9])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
