using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace EdgeMesh.Tests.Mesh;

/// <summary>A TCP relay on a host that lets every byte wait: latency without slowing the flow. Ends with the test.</summary>
internal sealed class SlowRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Socket _listener;
    private readonly LabHost _host;
    private readonly DnsEndPoint _to;
    private readonly TimeSpan _delay;
    private readonly Task _running;

    /// <param name="oneWay">Delay in each direction.</param>
    public SlowRelay(LabHost host, int port, DnsEndPoint to, TimeSpan oneWay)
    {
        (_host, _to, _delay) = (host, to, oneWay);
        _listener = host.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        _listener.Bind(new IPEndPoint(IPAddress.Any, port));
        _listener.Listen();
        _running = AcceptAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        while (!_stop.IsCancellationRequested)
        {
            connections.Add(RelayAsync(await _listener.AcceptAsync(_stop.Token)));
        }
    }

    private async Task RelayAsync(Socket accepted)
    {
        try
        {
            accepted.NoDelay = true;
            await using var near = new NetworkStream(accepted, ownsSocket: true);
            await using var far = await _host.ConnectAsync(_to, _stop.Token);
            await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // One of them has gone: so does the other.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var waiting = Channel.CreateBounded<(long At, byte[] Bytes)>(1_024);
        var sending = Task.Run(async () =>
        {
            await foreach (var (at, bytes) in waiting.Reader.ReadAllAsync(_stop.Token))
            {
                if (_delay - TimeProvider.System.GetElapsedTime(at) is { Ticks: > 0 } left)
                {
                    await Task.Delay(left, TimeProvider.System, _stop.Token);
                }

                await to.WriteAsync(bytes, _stop.Token);
            }
        });
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _stop.Token) is > 0 and var read && !sending.IsCompleted)
        {
            await waiting.Writer.WriteAsync((TimeProvider.System.GetTimestamp(), buffer[..read]), _stop.Token);
        }

        waiting.Writer.Complete();
        await sending;
    }
}
