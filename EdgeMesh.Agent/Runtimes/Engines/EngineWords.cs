using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>What an engine said went wrong, in one short line: the words in its JSON, a page's title, or the text itself. Never markup.</summary>
public static partial class EngineWords
{
    private const int Longest = 300;
    private const int Deepest = 8;
    private static readonly string[] Places = ["node_errors", "error", "detail", "details", "message", "msg", "errors", "exception_message", "reason"];

    /// <summary>The words of a body; empty when it has none.</summary>
    public static string Of(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return Of(json.RootElement);
        }
        catch (JsonException)
        {
            return Clean(body);
        }
    }

    /// <summary>The words of JSON such as <c>{"error":"…"}</c>, <c>{"error":{"message":"…"}}</c>, <c>{"detail":[{"msg":"…"}]}</c> or <c>{"message":"…"}</c>; empty when it has none.</summary>
    public static string Of(JsonElement json) => Clean(Find(json, Deepest) ?? "");

    /// <summary>A text as one line of bounded length; of a page of HTML its title.</summary>
    public static string Clean(string text)
    {
        var start = text.TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        if (Markup().IsMatch(start))
        {
            var title = Title().Match(start) is { Success: true } found ? Line(WebUtility.HtmlDecode(Tags().Replace(found.Groups[1].Value, " "))) : "";
            return title.Length == 0 ? "a web page instead of an answer" : $"a web page titled \u201c{title}\u201d instead of an answer";
        }

        return Line(text);
    }

    private static string Line(string text)
    {
        var line = Spaces().Replace(string.Concat(text.Where(c => !char.IsControl(c) || char.IsWhiteSpace(c))), " ").Trim();
        if (line.Length <= Longest)
        {
            return line;
        }

        return line[..(char.IsHighSurrogate(line[Longest - 1]) ? Longest - 1 : Longest)] + "…";
    }

    private static string? Find(JsonElement json, int depth) => json.ValueKind switch
    {
        JsonValueKind.String when json.Text() is { } text => string.IsNullOrWhiteSpace(text) ? null : text,
        JsonValueKind.Object when depth > 0 => Best(Places.Select(name => Find(json.At(name), depth - 1)))
            ?? (depth < Deepest ? json.Properties().Where(p => p.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array).Select(p => Find(p.Value, depth - 1)).FirstOrDefault(w => w is not null) : null),
        JsonValueKind.Array when depth > 0 => json.Items().Take(8).Select(i => Find(i, depth - 1)).FirstOrDefault(w => w is not null),
        _ => null,
    };

    // A sentence says more than the name of an exception beside it.
    private static string? Best(IEnumerable<string?> found)
    {
        var words = found.OfType<string>().ToList();
        return words.Find(w => w.Trim().Contains(' ', StringComparison.Ordinal)) ?? words.FirstOrDefault();
    }

    [GeneratedRegex(@"^<(!doctype|html|head|body|\?xml|h1|title|center|pre|div|p\b)", RegexOptions.IgnoreCase)]
    private static partial Regex Markup();

    [GeneratedRegex(@"<(?:title|h1)[^>]{0,200}>(.{1,400}?)</(?:title|h1)", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Title();

    [GeneratedRegex("<[^>]{0,200}>")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
