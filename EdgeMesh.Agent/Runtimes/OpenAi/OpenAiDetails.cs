using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>What some servers tell of their models beyond OpenAI's list: LM Studio at <c>/api/v0/models</c>, llama.cpp at <c>/props</c>.</summary>
internal sealed record OpenAiDetails(int? ContextTokens, bool Generates)
{
    /// <summary>By model id; empty for servers that tell nothing more.</summary>
    public static async Task<Dictionary<string, OpenAiDetails>> ReadAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await http.GetJsonAsync("../api/v0/models", cancellationToken);
            return json.RootElement.GetProperty("data").EnumerateArray().ToDictionary(
                m => m.GetProperty("id").GetString()!,
                m => new OpenAiDetails(
                    m.TryGetProperty("max_context_length", out var context) && context.TryGetInt32(out var tokens) ? tokens : null,
                    !m.TryGetProperty("type", out var type) || type.GetString() is "llm" or "vlm"));
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return await ReadLlamaAsync(http, cancellationToken);
        }
    }

    private static async Task<Dictionary<string, OpenAiDetails>> ReadLlamaAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var json = await http.GetJsonAsync("../props", cancellationToken);
            using var models = await http.GetJsonAsync("models", cancellationToken);
            var context = json.RootElement.GetProperty("default_generation_settings").GetProperty("n_ctx").GetInt32();
            return models.RootElement.GetProperty("data").EnumerateArray().ToDictionary(m => m.GetProperty("id").GetString()!, _ => new OpenAiDetails(context, true));
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}
