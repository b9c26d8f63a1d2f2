using System.Net;
using System.Net.Sockets;

namespace EdgeMesh.Bench.Chaos;

/// <summary>
/// A TCP relay whose connections can be reset or held. It listens on a loopback address of its own with the port of what it leads to, as both sides of a link
/// sign that port.
/// </summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener _listener;
    private readonly IPEndPoint _to;
    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _open = [];
    private readonly Task _accepting;
    private TaskCompletionSource _flows = Done();
    private bool _refuses;

    public Relay(IPEndPoint from, IPEndPoint to)
    {
        (Address, _to) = (from, to);
        _listener = new TcpListener(from);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    /// <summary>Resets every connection, and those that are tried meanwhile.</summary>
    public async Task ResetAsync(TimeSpan duration)
    {
        lock (_lock)
        {
            _refuses = true;
            _open.ToList().ForEach(Reset);
        }

        await Task.Delay(duration, TimeProvider.System);
        lock (_lock)
        {
            _refuses = false;
        }
    }

    /// <summary>Holds every byte, as a cable that is unplugged: nobody hears of it, and all of them come later.</summary>
    public async Task HoldAsync(TimeSpan duration)
    {
        _flows = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.Delay(duration, TimeProvider.System);
        _flows.SetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It was closed already.
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            _ = RelayAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
    }

    private async Task RelayAsync(Socket near)
    {
        using var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        try
        {
            if (!Keep(near, far))
            {
                return;
            }

            await _flows.Task;
            await far.ConnectAsync(_to, _stop.Token);
            await await Task.WhenAny(PumpAsync(near, far), PumpAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has gone: so does the other.
        }
        finally
        {
            lock (_lock)
            {
                _open.Remove(near);
                _open.Remove(far);
            }

            Reset(near);
            Reset(far);
        }
    }

    private bool Keep(Socket near, Socket far)
    {
        lock (_lock)
        {
            if (_refuses)
            {
                return false;
            }

            _open.Add(near);
            _open.Add(far);
            return true;
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var read)
        {
            await _flows.Task;
            for (var sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token);
            }
        }
    }
}
