using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace EdgeMesh.Agent.Models.Store.Http;

/// <summary>
/// HTTP that cannot be talked into the private network: the address is judged where the connection is made, after DNS, on every hop, so neither a redirect nor a name
/// that resolves differently the second time gets through. Redirects are followed by hand; a token stays with the host it was given for.
/// A proxy would connect in our place and hide the address, so none is used.
/// </summary>
public sealed class GuardedHttp : IDisposable
{
    private readonly HttpAccess _access;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;

    public GuardedHttp(HttpAccess access, TimeProvider time)
    {
        (_access, _time) = (access, time);
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None, // ranges and hashes are about the bytes as they are stored
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectCallback = ConnectAsync,
        };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("edgemesh-agent", AgentVersion.Current));
    }

    /// <summary>Gets a resource, headers first; anything but success or 416 is a named failure.</summary>
    /// <param name="uri">http or https.</param>
    /// <param name="token">A bearer token for the host of <paramref name="uri"/>, or null.</param>
    /// <param name="prepare">Adds headers, on every hop.</param>
    public async Task<HttpResponseMessage> GetAsync(Uri uri, string? token, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        var origin = uri;
        for (var hop = 0; hop <= _access.MostRedirects; hop++)
        {
            var response = await SendAsync(uri, SameHost(origin, uri) ? token : null, prepare, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect)
                || response.Headers.Location is not { } location)
            {
                return Checked(response, uri);
            }

            response.Dispose();
            uri = Next(uri, location);
            token = SameHost(origin, uri) ? token : null;
        }

        throw new ModelStoreException(StoreFailure.SourceFailed, $"{origin.Host} redirects without end.");
    }

    /// <summary>Reads with the stall limit: a server that goes quiet is a passing failure, not an endless wait.</summary>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var stall = new CancellationTokenSource(_access.Stall, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);
        try
        {
            return await stream.ReadAsync(buffer, either.Token);
        }
        catch (OperationCanceledException) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Passing($"The source sent nothing for {_access.Stall.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ModelStoreException(StoreFailure.Truncated, "The connection to the source was cut.") { Transient = true };
        }
    }

    public void Dispose() => _client.Dispose();

    private static bool SameHost(Uri a, Uri b) => a.Scheme == b.Scheme && string.Equals(a.Authority, b.Authority, StringComparison.OrdinalIgnoreCase);

    private static ModelStoreException Passing(string cause) => new(StoreFailure.SourceFailed, cause) { Transient = true };

    private Uri Next(Uri from, Uri location)
    {
        var next = new Uri(from, location);
        var weaker = from.Scheme == Uri.UriSchemeHttps && next.Scheme != Uri.UriSchemeHttps;
        return weaker && !_access.Allows(next.Host, next.Port)
            ? throw new ModelStoreException(StoreFailure.RefusedAddress, $"{from.Host} redirects from an encrypted to a plain address.")
            : next;
    }

    private async Task<HttpResponseMessage> SendAsync(Uri uri, string? token, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            throw new ModelStoreException(StoreFailure.RefusedAddress, $"Only http and https addresses are fetched, not {uri.Scheme}.");
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        prepare?.Invoke(request.Headers);
        using var stall = new CancellationTokenSource(_access.Stall, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stall.Token);
        try
        {
            return await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
        }
        catch (HttpRequestException e)
        {
            for (var inner = e.InnerException; inner is not null; inner = inner.InnerException)
            {
                if (inner is ModelStoreException refused)
                {
                    throw refused;
                }
            }

            throw Passing($"{uri.Host} cannot be reached: {e.Message}");
        }
        catch (OperationCanceledException) when (stall.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Passing($"{uri.Host} did not answer for {_access.Stall.TotalSeconds:0} seconds.");
        }
    }

    private static HttpResponseMessage Checked(HttpResponseMessage response, Uri uri)
    {
        var status = response.StatusCode;
        if (response.IsSuccessStatusCode || status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return response;
        }

        response.Dispose();
        throw status switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new ModelStoreException(StoreFailure.NeedsToken, $"{uri.Host} wants an access token for this ({(int)status})."),
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ModelStoreException(StoreFailure.NotFound, $"{uri.Host} has no {uri.AbsolutePath}."),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError => Passing($"{uri.Host} answered {(int)status}."),
            _ => new ModelStoreException(StoreFailure.SourceFailed, $"{uri.Host} answered {(int)status}."),
        };
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var good = _access.Allows(host, port) ? found : [.. PublicAddresses.Outside(found, _access.Own())];
        if (good.Length == 0)
        {
            throw new ModelStoreException(StoreFailure.RefusedAddress, $"{host} is on this device, its private network or its own wires; downloads from there are not made.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            // These very addresses, not the name again: a second look-up could answer differently.
            await socket.ConnectAsync(good, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
