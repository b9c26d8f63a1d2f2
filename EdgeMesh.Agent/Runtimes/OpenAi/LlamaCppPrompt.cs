using System.Net.Http.Json;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.OpenAi;

/// <summary>Older llama.cpp servers cut the middle out of a prompt that is longer than their context, and say nothing. Their own tokenizer tells.</summary>
internal static class LlamaCppPrompt
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(5);

    /// <summary>For the receipt: that the server read less than it was sent; null when it read all of it, or does not tell.</summary>
    /// <param name="tokenizer">Where such a server's tokenizer is asked; another server has none there.</param>
    /// <param name="text">All that was sent.</param>
    /// <param name="promptTokens">That the server says it read.</param>
    /// <param name="context">Tokens that the server holds: a prompt that was cut still fills half of them.</param>
    public static async Task<string?> CutAsync(HttpClient http, Uri tokenizer, string text, long promptTokens, int context, CancellationToken cancellationToken)
    {
        if (context <= 0 || promptTokens < context / 2)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Within);
        try
        {
            using var answer = await http.PostAsJsonAsync(tokenizer, new { content = text }, limit.Token);
            using var json = await answer.ReadJsonAsync(limit.Token);
            var sent = json.RootElement.At("tokens").Items().Count();
            return sent > promptTokens ? $"The server cut the text: it read {promptTokens:N0} of {sent:N0} tokens, as its context has {context:N0}." : null;
        }
        catch (Exception e) when (EngineErrors.IsExpected(e) && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
