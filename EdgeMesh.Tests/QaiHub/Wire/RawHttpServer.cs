using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>A request exactly as it came over the socket.</summary>
internal sealed record RawRequest(string Head, byte[] Body)
{
    public string Line => Head[..Head.IndexOf('\r', StringComparison.Ordinal)];

    public string Method => Line.Split(' ')[0];

    /// <summary>Path and query.</summary>
    public string Target => Line.Split(' ')[1];

    /// <summary>The value of a header, or null; its name in any case.</summary>
    public string? this[string header] => Head.Split("\r\n").Skip(1).Select(l => l.Split(": ", 2))
        .FirstOrDefault(p => p[0].Equals(header, StringComparison.OrdinalIgnoreCase))?.Last();
}

/// <summary>The smallest HTTP server: real sockets, no framework between the test and the bytes. One request a connection.</summary>
internal sealed class RawHttpServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<RawRequest, byte[]?> _answer;
    private readonly Task _accepting;

    /// <param name="answer">The bytes to answer; null cuts the connection; an empty array says nothing and keeps it open.</param>
    public RawHttpServer(Func<RawRequest, byte[]?> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public ConcurrentQueue<RawRequest> Requests { get; } = new();

    /// <summary>Answers a request with <c>Expect: 100-continue</c> before its body; null lets the body come.</summary>
    public Func<RawRequest, byte[]?> Early { get; set; } = _ => null;

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>An answer of exactly the service's type.</summary>
    public static byte[] Message(IMessage message, string type = "application/x-protobuf", string headers = "") => Bytes(200, message.ToByteArray(), $"Content-Type: {type}\r\n{headers}");

    public static byte[] Text(int status, string body = "", string headers = "Content-Type: application/json\r\n") => Bytes(status, Encoding.UTF8.GetBytes(body), headers);

    public static byte[] Bytes(int status, byte[] body, string headers = "", int? length = null) =>
        [.. Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Said\r\nContent-Length: {length ?? body.Length}\r\nConnection: close\r\n{headers}\r\n"), .. body];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var socket = await _listener.AcceptSocketAsync(_stop.Token);
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var head = await HeadAsync(stream);
            var request = new RawRequest(head, []);
            if (request["Expect"] == "100-continue")
            {
                if (Early(request) is { } refused)
                {
                    Requests.Enqueue(request);
                    await stream.WriteAsync(refused, _stop.Token);
                    return;
                }

                await stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), _stop.Token);
            }

            request = request with { Body = new byte[int.Parse(request["Content-Length"] ?? "0", System.Globalization.CultureInfo.InvariantCulture)] };
            await stream.ReadExactlyAsync(request.Body, _stop.Token);
            Requests.Enqueue(request);
            var answer = _answer(request);
            if (answer is [])
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
            }

            if (answer is not null)
            {
                await stream.WriteAsync(answer, _stop.Token);
                socket.Shutdown(SocketShutdown.Send);
                _ = await stream.ReadAsync(new byte[1], _stop.Token); // the other side has it all before the connection goes
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or EndOfStreamException or ObjectDisposedException or SocketException)
        {
            // The client left.
        }
    }

    private async Task<string> HeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }
}
