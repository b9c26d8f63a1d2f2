using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>How engines are called: no redirects, bounded answers, an error status is an exception with the engine's own words.</summary>
public static class EngineHttp
{
    private const int MostBytes = 64 * 1024 * 1024;

    /// <param name="key">Sent as a bearer token; null for none.</param>
    /// <param name="pulse">Gives up on an engine that hangs; null for callers with a time limit of their own.</param>
    public static HttpClient Create(Uri address, string? key, EnginePulse? pulse = null)
    {
        var http = new HttpClient(new AnswerHandler(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3) }, pulse))
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MostBytes,
        };
        if (key is not null)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return http;
    }

    /// <summary>Reads an answer as JSON.</summary>
    public static Task<JsonDocument> GetJsonAsync(this HttpClient http, string path, CancellationToken cancellationToken) =>
        http.GetJsonAsync(new Uri(path, UriKind.Relative), cancellationToken);

    /// <summary>Reads an answer as JSON.</summary>
    public static async Task<JsonDocument> GetJsonAsync(this HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(address, cancellationToken);
        return await answer.ReadJsonAsync(cancellationToken);
    }

    /// <summary>Reads an answer's body as JSON.</summary>
    public static async Task<JsonDocument> ReadJsonAsync(this HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
    }

    /// <summary>Listens as long as the engine is there, and makes an error status an exception, whoever reads the answer.</summary>
    private sealed class AnswerHandler(HttpMessageHandler inner, EnginePulse? pulse) : DelegatingHandler(inner)
    {
        private const int MostErrorChars = 16 * 1024;
        private static readonly TimeSpan WordsWithin = TimeSpan.FromSeconds(2);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await (pulse is null ? base.SendAsync(request, cancellationToken) : pulse.ListenAsync(listening => base.SendAsync(request, listening), cancellationToken));
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                answer.Content = pulse is null ? answer.Content : new PulseContent(answer.Content, pulse);
                return answer;
            }

            using (answer)
            {
                throw new EngineStatusException(answer.StatusCode, await WordsAsync(answer, cancellationToken), RetryAfter(answer)) { Server = answer.Headers.Server.ToString() };
            }
        }

        private static TimeSpan? RetryAfter(HttpResponseMessage answer) => answer.Headers.RetryAfter switch
        {
            { Delta: { } wait } => wait,
            { Date: { } at } when answer.Headers.Date is { } now => at > now ? at - now : TimeSpan.Zero,
            _ => null,
        };

        // The status is what counts: a body that breaks off or never comes takes nothing from it.
        private static async Task<string> WordsAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(WordsWithin);
            var buffer = new char[MostErrorChars];
            var read = 0;
            try
            {
                using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(limit.Token));
                for (int more; read < buffer.Length && (more = await reader.ReadAsync(buffer.AsMemory(read), limit.Token)) > 0; read += more)
                {
                }
            }
            catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Then what came says it.
            }

            return EngineWords.Of(new string(buffer, 0, read));
        }
    }
}
