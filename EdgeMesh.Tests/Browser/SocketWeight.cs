using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>Counts what goes over a page's WebSockets, in bytes of payload.</summary>
public sealed class SocketWeight
{
    private long _received;
    private long _sent;

    private SocketWeight(IPage page) => page.WebSocket += (_, socket) =>
    {
        socket.FrameReceived += (_, frame) => Interlocked.Add(ref _received, Bytes(frame));
        socket.FrameSent += (_, frame) => Interlocked.Add(ref _sent, Bytes(frame));
    };

    public long Received => Interlocked.Read(ref _received);

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>To be called before the page is opened.</summary>
    public static SocketWeight Of(IPage page) => new(page);

    /// <summary>Bytes a second that the page receives while so much time passes.</summary>
    public async Task<double> ReceivedPerSecondAsync(TimeSpan during)
    {
        var (before, began) = (Received, TimeProvider.System.GetTimestamp());
        using var timer = new PeriodicTimer(during, TimeProvider.System);
        await timer.WaitForNextTickAsync();
        return (Received - before) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
    }

    private static int Bytes(IWebSocketFrame frame) => frame.Binary?.Length ?? frame.Text?.Length ?? 0;
}
