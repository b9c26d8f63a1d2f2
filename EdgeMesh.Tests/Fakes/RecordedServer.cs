using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Answers each request with recorded bytes and closes the connection, or cuts it; the last answer is repeated.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly IReadOnlyList<byte[]> _answers;
    private readonly bool _cuts;
    private readonly Task _serving;
    private int _asked;

    /// <param name="answers">Whole HTTP answers.</param>
    /// <param name="cuts">End with a reset instead of an orderly close.</param>
    public RecordedServer(IReadOnlyList<byte[]> answers, bool cuts = false)
    {
        (_answers, _cuts) = (answers, cuts);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    public int Asked => Volatile.Read(ref _asked);

    /// <summary>An event stream with this body.</summary>
    public static byte[] Events(string body) => [.. Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"), .. Encoding.UTF8.GetBytes(body)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
            await ReadRequestAsync(client.GetStream());
            var answer = _answers[Math.Min(Interlocked.Increment(ref _asked), _answers.Count) - 1];
            await client.GetStream().WriteAsync(answer, _stop.Token);
            if (_cuts)
            {
                client.LingerState = new LingerOption(true, 0);

                // A reset takes with it what was not read yet.
                await client.GetStream().FlushAsync(_stop.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, _stop.Token);
            }
        }
    }

    private async Task ReadRequestAsync(NetworkStream stream)
    {
        var read = new List<byte>();
        var buffer = new byte[8_192];
        while (true)
        {
            var count = await stream.ReadAsync(buffer, _stop.Token);
            read.AddRange(buffer.AsSpan(0, count));
            var text = Encoding.Latin1.GetString([.. read]);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (count == 0 || (head >= 0 && read.Count >= head + 4 + Length(text[..head])))
            {
                return;
            }
        }
    }

    private static int Length(string head) =>
        head.Split("\r\n").Select(l => l.Split(':')).FirstOrDefault(h => h[0].Equals("Content-Length", StringComparison.OrdinalIgnoreCase)) is { } length ? int.Parse(length[1]) : 0;
}
