using System.Net;
using System.Security.Authentication;

namespace EdgeMesh.QaiHub.Http;

/// <summary>Sends requests to the service and its storage: redirects are never followed, cookies never kept, and every failure has a name.</summary>
internal sealed class HubTransport : IDisposable
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(2);
    private readonly HttpClient _client;

    /// <param name="resolve">Looks up the addresses of a host; null asks the system.</param>
    public HubTransport(HubTimings timings, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (Timings, Time) = (timings, time);
        var eyeballs = new HappyEyeballs(time, resolve ?? Dns.GetHostAddressesAsync);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = timings.Connect,
            ConnectCallback = async (connection, cancellationToken) => await eyeballs.ConnectAsync(connection.DnsEndPoint, cancellationToken),
            PooledConnectionLifetime = ConnectionLife,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public HubTimings Timings { get; }

    public TimeProvider Time { get; }

    /// <summary>Sends, and returns when the headers are here.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, StallTimer stall, CancellationToken cancellationToken)
    {
        var host = request.RequestUri!.Host;
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException e)
        {
            throw stall.Stalled ? Silent(host, stall, e) : Unreachable(host, "it does not answer", e);
        }
        catch (HttpRequestException e) when (e.InnerException is QaiHubException named)
        {
            throw named;
        }
        catch (HttpRequestException e)
        {
            throw Failed(host, e);
        }
    }

    /// <summary>Reads a piece; silence and cuts have names.</summary>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, StallTimer stall, string host, CancellationToken cancellationToken)
    {
        try
        {
            stall.Moved(Timings.Response);
            return await stream.ReadAsync(buffer, stall.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Silent(host, stall, e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new QaiHubException(HubFailure.DamagedAnswer, $"The connection to {host} was cut in the middle of an answer.", "Try again.", e) { Passing = true, Sent = true };
        }
    }

    /// <summary>A whole answer, up to a limit; beyond it, null.</summary>
    public async Task<byte[]?> ReadAllAsync(HttpResponseMessage response, int limit, StallTimer stall, CancellationToken cancellationToken)
    {
        var host = response.RequestMessage!.RequestUri!.Host;
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await ReadAsync(stream, buffer, stall, host, cancellationToken)) > 0)
        {
            if (whole.Length + read > limit)
            {
                return null;
            }

            await whole.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return whole.ToArray();
    }

    public void Dispose() => _client.Dispose();

    private static QaiHubException Failed(string host, HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError => Unreachable(host, "no such name is known here", e),
        HttpRequestError.ConnectionError when e.InnerException is TimeoutException or OperationCanceledException => Unreachable(host, "it does not answer", e),
        HttpRequestError.ConnectionError => Unreachable(host, "nothing listens there", e),
        HttpRequestError.ProxyTunnelError => Unreachable(host, "the proxy does not let us through", e),
        HttpRequestError.SecureConnectionError when IsAboutTheCertificate(e) => new QaiHubException(HubFailure.Unreachable, $"{host} has no certificate that this computer trusts.",
            "Check the address, this computer's clock, and whether the network opens encrypted connections.", e),
        HttpRequestError.SecureConnectionError => new QaiHubException(HubFailure.Unreachable, $"The encrypted connection to {host} was cut while it was being set up.",
            "Try again; if it happens again, look at the firewall or proxy in between.", e) { Passing = true },
        _ => new QaiHubException(HubFailure.Unreachable, $"The connection to {host} was cut.", "Try again.", e) { Passing = true, Sent = true },
    };

    /// <summary>A certificate that is refused here; a handshake that the other side or the network ended has an inner cause.</summary>
    private static bool IsAboutTheCertificate(HttpRequestException e) => e.InnerException is AuthenticationException { InnerException: null };

    private static QaiHubException Unreachable(string host, string why, Exception inner) =>
        new(HubFailure.Unreachable, $"{host} cannot be reached: {why}.", "Check the address and this computer's network.", inner) { Passing = true };

    private static QaiHubException Silent(string host, StallTimer stall, Exception inner) =>
        new(HubFailure.TimedOut, $"{host} was silent for {stall.Limit.TotalSeconds:0.#} seconds.", "Try again later.", inner) { Passing = true, Sent = true };
}
