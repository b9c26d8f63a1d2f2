using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>An engine answered with an error status; the message is the engine's own, shortened.</summary>
public sealed class EngineStatusException : Exception
{
    public EngineStatusException()
    {
    }

    public EngineStatusException(string message)
        : base(message)
    {
    }

    public EngineStatusException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public EngineStatusException(HttpStatusCode status, string message)
        : base(message) => Status = status;

    public HttpStatusCode Status { get; }
}

/// <summary>How engines are called: no redirects, bounded answers, an error status is an exception with the engine's own words.</summary>
public static class EngineHttp
{
    private const int MostBytes = 64 * 1024 * 1024;

    public static HttpClient Create(Uri address, string? key)
    {
        var http = new HttpClient(new StatusHandler(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(3) }))
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
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
    }

    /// <summary>Makes an error status an exception, whoever reads the answer.</summary>
    private sealed class StatusHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        private const int MostErrorChars = 300;
        private static readonly string[] Places = ["error", "detail", "message", "errors"];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = await base.SendAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode || answer.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                return answer;
            }

            using (answer)
            {
                throw new EngineStatusException(answer.StatusCode, await WordsAsync(answer, cancellationToken));
            }
        }

        // {"error":"…"}, {"error":{"message":"…"}}, {"detail":"…"}, {"message":"…"}, or the text itself.
        private static async Task<string> WordsAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
        {
            var buffer = new char[4096];
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellationToken));
            var read = await reader.ReadBlockAsync(buffer, cancellationToken);
            var text = new string(buffer, 0, read);
            try
            {
                using var json = JsonDocument.Parse(text);
                text = Find(json.RootElement) ?? text;
            }
            catch (JsonException)
            {
                // Then the text itself says it.
            }

            text = text.ReplaceLineEndings(" ").Trim();
            return text.Length > MostErrorChars ? text[..MostErrorChars] + "…" : text;
        }

        private static string? Find(JsonElement element) => element.ValueKind switch
        {
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Object => Places.Select(name => element.TryGetProperty(name, out var inner) ? Find(inner) : null).FirstOrDefault(words => !string.IsNullOrWhiteSpace(words)),
            _ => null,
        };
    }
}
