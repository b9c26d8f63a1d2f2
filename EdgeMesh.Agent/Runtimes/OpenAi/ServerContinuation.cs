using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Reasoning;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>
/// How a server is asked to go on with an answer, and whether it does. OpenAI's protocol has nothing for it, so only servers are asked that show what they make of such a request:
/// the text that the model reads must end with the beginning of the answer, and that must not stand inside the model's thoughts.
/// </summary>
/// <remarks>
/// llama.cpp: a last message of the assistant is gone on with since github.com/ggml-org/llama.cpp/pull/13174 (2025-04-29), unless started with <c>--no-prefill-assistant</c> (#13608); refused together
/// with thinking (#15404) until #22727; <c>continue_final_message</c> as vLLM has it since #23012, by each template's own rules (gpt-oss) and with <c>echo</c> since #23089. <c>POST /apply-template</c>
/// shows the prompt, whatever the version and its options. vLLM: <c>continue_final_message</c> with <c>add_generation_prompt: false</c> since github.com/vllm-project/vllm/pull/8942; <c>POST /tokenize</c> and
/// <c>/detokenize</c> show the prompt. LM Studio and others document nothing of the kind, and show nothing: they start over.
/// </remarks>
internal static class ServerContinuation
{
    // No template does anything with it, and no tokenizer changes it.
    private const string Beginning = "The mill stands by the river and";

    /// <summary>Adds the beginning of the answer to a request.</summary>
    public static void Add(JsonObject body, string soFar)
    {
        body["messages"]!.AsArray().Add(new JsonObject { ["role"] = "assistant", ["content"] = soFar });
        body["add_generation_prompt"] = false;
        body["continue_final_message"] = true;
        body["echo"] = false;

        // Its thoughts, if it had any, are over where the answer has begun.
        body["chat_template_kwargs"] = new JsonObject { ["enable_thinking"] = false };
    }

    /// <summary>Whether a model of a server goes on with answers.</summary>
    /// <param name="isVllm">The server says that it is vLLM; else it is asked as llama.cpp.</param>
    /// <param name="endpoint">Of a path beside <c>/v1</c>.</param>
    /// <param name="cancellationToken">Ends the look; then it does not.</param>
    public static async Task<bool> IsKnownAsync(HttpClient http, string model, bool isVllm, Func<string, Uri> endpoint, CancellationToken cancellationToken)
    {
        var body = new JsonObject { ["model"] = model, ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Where is the mill?" }) };
        Add(body, Beginning);
        try
        {
            return GoesOn(isVllm ? await DetokenizedAsync(http, body, endpoint, cancellationToken) : await PromptAsync(http, endpoint("../apply-template"), body, cancellationToken));
        }
        catch (Exception e) when (EngineErrors.IsExpected(e))
        {
            // It does not know such requests, refuses this one, or is not done with it in time.
            return false;
        }
    }

    /// <summary>Whether what a model reads makes it go on with the answer.</summary>
    internal static bool GoesOn(string prompt)
    {
        if (!prompt.EndsWith(Beginning, StringComparison.Ordinal))
        {
            return false;
        }

        var before = prompt[..^Beginning.Length].TrimEnd();
        return ReasoningMarks.OpenedBy(before) is null && !before.EndsWith(ReasoningMarks.AssistantInChannels, StringComparison.Ordinal);
    }

    private static async Task<string> DetokenizedAsync(HttpClient http, JsonObject body, Func<string, Uri> endpoint, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(endpoint("../tokenize"), body, cancellationToken);
        using var json = await answer.ReadJsonAsync(cancellationToken);
        var tokens = new JsonObject { ["model"] = body["model"]!.DeepClone(), ["tokens"] = JsonNode.Parse(json.RootElement.GetProperty("tokens").GetRawText()) };
        return await PromptAsync(http, endpoint("../detokenize"), tokens, cancellationToken);
    }

    private static async Task<string> PromptAsync(HttpClient http, Uri address, JsonObject body, CancellationToken cancellationToken)
    {
        using var answer = await http.PostAsJsonAsync(address, body, cancellationToken);
        using var json = await answer.ReadJsonAsync(cancellationToken);
        return json.RootElement.At("prompt").Text() ?? "";
    }
}
