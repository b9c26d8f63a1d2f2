using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.Ollama;

/// <summary>One line of a streamed answer of Ollama.</summary>
/// <param name="Text">Of the answer.</param>
/// <param name="Thinking">Of what the model thinks beside it.</param>
/// <param name="End">The figures of the last line; null in the others.</param>
/// <param name="Tool">Name of a tool that it asks for, empty when it has none; null for no tool.</param>
internal sealed record OllamaPart(string Text, string Thinking, OllamaEnd? End, string? Tool)
{
    /// <exception cref="EngineStatusException">Something broke in the middle of the answer, in Ollama's own words.</exception>
    /// <exception cref="JsonException">This is no line of Ollama's.</exception>
    public static OllamaPart Read(string line)
    {
        using var json = JsonDocument.Parse(line);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("It is no object.");
        }

        if (root.At("error") is { ValueKind: not (JsonValueKind.Undefined or JsonValueKind.Null) } error)
        {
            throw new EngineStatusException(EngineWords.Of(error));
        }

        var message = root.At("message");
        return new OllamaPart(
            message.At("content").Text() ?? root.At("response").Text() ?? "",
            message.At("thinking").Text() ?? root.At("thinking").Text() ?? "",
            root.At("done").ValueKind == JsonValueKind.True ? OllamaEnd.Read(root) : null,
            message.At("tool_calls").Items().FirstOrDefault() is { ValueKind: JsonValueKind.Object } call ? call.At("function").At("name").Text() ?? "" : null);
    }
}

/// <summary>What Ollama counted; what it does not say, or cannot be, is null.</summary>
internal sealed record OllamaEnd(string Reason, int? PromptTokens, int? OutputTokens, double LoadSeconds)
{
    public static OllamaEnd Read(JsonElement root) => new(
        root.At("done_reason").Text() ?? "", root.At("prompt_eval_count").Count(), root.At("eval_count").Count(), root.At("load_duration").Number() is > 0 and var nanoseconds ? nanoseconds / 1e9 : 0);
}
