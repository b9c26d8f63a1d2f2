using System.Net;
using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>What one message of an answer says; what it does not say, or cannot be, is empty or null.</summary>
/// <param name="Text">Of the answer.</param>
/// <param name="Reasoning">Beside it.</param>
/// <param name="Refusal">Why the model will not answer, in its words.</param>
/// <param name="Tool">Name of a tool that it asks for.</param>
/// <param name="Finish">Why it ended, in the server's word.</param>
/// <param name="IsMessage">It came as a <c>message</c>, which may repeat what came before.</param>
internal sealed record ChatPiece(string Text, string Reasoning, string Refusal, string? Tool, string? Finish, ChatUsage? Usage, bool IsMessage)
{
    private static readonly string[] ReasoningFields = ["reasoning_content", "reasoning", "thinking", "thinking_content", "reasoning_text"];

    /// <param name="json">A chunk, or a whole answer.</param>
    /// <param name="deltas">Text came as <c>delta</c> before: a <c>message</c> then only repeats it.</param>
    public static ChatPiece Read(JsonElement json, bool deltas)
    {
        // One answer is asked for; a server that gives several is read as if it gave the first.
        var choice = json.At("choices").Items().FirstOrDefault(c => c.At("index").Count() is null or 0);
        var message = choice.At("message") is { ValueKind: JsonValueKind.Object } inside ? inside : json.At("message");
        var delta = choice.At("delta");
        var isMessage = !deltas && !HasContent(delta) && message.ValueKind == JsonValueKind.Object;
        var from = isMessage ? message : delta;
        var (text, thought, refusal) = Content(from.At("content"));
        return new(
            text.Length > 0 ? text : choice.At("text").Loose() ?? "",
            ReasoningFields.Select(f => Words(from.At(f))).FirstOrDefault(t => t.Length > 0) ?? thought,
            refusal + (from.At("refusal").Loose() ?? ""),
            Called(from),
            (choice.At("finish_reason").Text() ?? choice.At("stop_reason").Text() ?? json.At("done_reason").Text()) is { Length: > 0 } finish ? finish : null,
            ChatUsage.Read(json),
            isMessage);
    }

    /// <summary>The error in a message, in whatever shape; null when there is none.</summary>
    public static EngineStatusException? Error(JsonElement json, bool isError)
    {
        var inside = json.At("error");
        inside = inside.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False ? json.At("choices").Items().FirstOrDefault().At("error") : inside;
        var named = inside.ValueKind switch
        {
            JsonValueKind.String => inside.Loose() is { Length: > 0 },
            JsonValueKind.Object => inside.EnumerateObject().Any(),
            JsonValueKind.True or JsonValueKind.Array => true,
            _ => false,
        };
        var alone = json.At("choices").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null && json.At("usage").ValueKind is JsonValueKind.Undefined or JsonValueKind.Null &&
            (json.At("detail").ValueKind is JsonValueKind.String or JsonValueKind.Array || json.At("message").ValueKind == JsonValueKind.String || json.At("error_msg").ValueKind == JsonValueKind.String);
        if (!isError && !named && !alone && json.At("object").Text() != "error" && json.At("type").Text() != "error")
        {
            return null;
        }

        var words = EngineWords.Of(inside.ValueKind is JsonValueKind.Object or JsonValueKind.String ? inside : json);
        words = words.Length > 0 ? words : EngineWords.Of(json) is { Length: > 0 } around ? around : EngineWords.Clean(json.GetRawText());
        return new EngineStatusException(Status(inside, json), words);
    }

    private static bool HasContent(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object &&
        (Filled(part.At("content")) || Filled(part.At("refusal")) || Filled(part.At("tool_calls")) || Filled(part.At("function_call")) || ReasoningFields.Any(f => Filled(part.At(f))));

    private static bool Filled(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetRawText().Length > 2,
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => true,
        _ => false,
    };

    // A text, or parts of several kinds.
    private static (string Text, string Thought, string Refusal) Content(JsonElement content)
    {
        if (content.ValueKind != JsonValueKind.Array)
        {
            return (content.Loose() ?? "", "", "");
        }

        var (text, thought, refusal) = ("", "", "");
        foreach (var part in content.Items())
        {
            switch (part.At("type").Text())
            {
                case "thinking" or "reasoning":
                    thought += Words(part.At("thinking")) + Words(part.At("text"));
                    break;
                case "refusal":
                    refusal += part.At("refusal").Loose();
                    break;
                default:
                    text += part.Loose() ?? Words(part.At("text"));
                    break;
            }
        }

        return (text, thought, refusal);
    }

    // A text, one in an object, or a list of these.
    private static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.Loose() ?? "",
        JsonValueKind.Object => value.At("text").Loose() ?? value.At("content").Loose() ?? value.At("value").Loose() ?? "",
        JsonValueKind.Array => string.Concat(value.Items().Select(v => v.Loose() ?? v.At("text").Loose())),
        _ => "",
    };

    private static string? Called(JsonElement from)
    {
        var call = from.At("tool_calls") is { ValueKind: JsonValueKind.Object } one ? one : from.At("tool_calls").Items().FirstOrDefault();
        var function = call.ValueKind == JsonValueKind.Object ? call.At("function") : from.At("function_call");
        return function.ValueKind == JsonValueKind.Object || call.ValueKind == JsonValueKind.Object ? function.At("name").Text() ?? call.At("name").Text() ?? "" : null;
    }

    private static HttpStatusCode Status(JsonElement error, JsonElement around)
    {
        foreach (var said in new[] { error.At("code"), error.At("status"), error.At("status_code"), around.At("code"), around.At("status"), around.At("status_code") })
        {
            if (said.Count() is >= 400 and < 600 and var status)
            {
                return (HttpStatusCode)status;
            }
        }

        var kind = $"{error.At("type").Text()} {error.At("code").Text()} {around.At("type").Text()}";
        return Has("quota", "rate_limit", "too_many", "overloaded") ? HttpStatusCode.TooManyRequests
            : Has("authentication", "invalid_api_key", "permission", "unauthorized") ? HttpStatusCode.Unauthorized
            : Has("not_found", "notfound") ? HttpStatusCode.NotFound
            : Has("unavailable") ? HttpStatusCode.ServiceUnavailable
            : Has("invalid_request", "badrequest", "bad_request", "validation", "context_length") ? HttpStatusCode.BadRequest
            : default;

        bool Has(params string[] words) => words.Any(w => kind.Contains(w, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>What a server counted; null is unknown.</summary>
internal sealed record ChatUsage(long? PromptTokens, long? OutputTokens, long? ReasoningTokens)
{
    /// <summary>OpenAI's <c>usage</c>, or llama.cpp's <c>timings</c>; null when there is neither. Counts that cannot be are unknown.</summary>
    public static ChatUsage? Read(JsonElement json)
    {
        var (usage, timings) = (json.At("usage"), json.At("timings"));
        var read = new ChatUsage(
            Some(usage.At("prompt_tokens")) ?? Some(usage.At("input_tokens")) ?? Some(timings.At("prompt_n")),
            Some(usage.At("completion_tokens")) ?? Some(usage.At("output_tokens")) ?? Some(timings.At("predicted_n")),
            Some(usage.At("completion_tokens_details").At("reasoning_tokens")) ?? Some(usage.At("reasoning_tokens")));
        return read is { PromptTokens: null, OutputTokens: null } ? null
            : read.ReasoningTokens > read.OutputTokens ? read with { ReasoningTokens = null } : read;
    }

    private static long? Some(JsonElement value) => value.Count() is > 0 and var count ? count : null;
}
