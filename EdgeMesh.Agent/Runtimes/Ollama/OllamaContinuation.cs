using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>
/// Whether a model of Ollama goes on with a last message of the assistant: Ollama ends the conversation with it (github.com/ollama/ollama/issues/6778, by its maintainers), but whether the turn stays
/// open is up to what writes the prompt, as <c>/api/show</c> tells it. Where that cannot be seen it does not.
/// </summary>
/// <remarks>
/// A template that knows messages leaves the turn open when it asks for <c>not $last</c> before it ends one, as those of Ollama's library do, or knows of prefilling (gpt-oss). One that knows only
/// <c>.Response</c> is cut behind it (template/template.go, <c>Execute</c>). Renderers are a part of Ollama: those below look for a last message of the assistant (model/renderers, <c>prefill</c>).
/// </remarks>
internal static partial class OllamaContinuation
{
    private static readonly string[] Renderers = ["qwen3-coder", "qwen3-vl-instruct", "qwen3-vl-thinking", "lfm2"];

    /// <param name="show">The answer of <c>/api/show</c>.</param>
    public static bool IsKnown(JsonElement show)
    {
        if (RendererOf(show) is { } renderer)
        {
            return Renderers.Contains(renderer);
        }

        var template = show.At("template").Text() ?? "";
        return template.Contains(".Messages", StringComparison.Ordinal) ? LeavesOpen().IsMatch(template) : template.Contains(".Response", StringComparison.Ordinal);
    }

    private static string? RendererOf(JsonElement show) =>
        show.At("renderer").Text() is { Length: > 0 } told ? told
        : RendererLine().Match(show.At("modelfile").Text() ?? "") is { Success: true } line ? line.Groups[1].Value : null;

    [GeneratedRegex(@"\bnot\s+\$last\b|\$prefilling", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex LeavesOpen();

    [GeneratedRegex(@"^RENDERER\s+""?([\w.-]+)", RegexOptions.CultureInvariant | RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex RendererLine();
}
