using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>A slow way from the dashboard to a page: while it is held, nothing that the dashboard says arrives; then everything does, in order.</summary>
public sealed class HeldLink
{
    private readonly Queue<Action> _waiting = new();
    private readonly Lock _gate = new();
    private bool _held;

    /// <summary>For a page that is not open yet.</summary>
    public static async Task<HeldLink> OnAsync(IPage page)
    {
        var link = new HeldLink();
        await page.RouteWebSocketAsync("**/_blazor**", socket =>
        {
            var server = socket.ConnectToServer();
            server.OnMessage(frame => link.Pass(frame.Binary is { } bytes ? () => socket.Send(bytes) : () => socket.Send(frame.Text!)));
        });
        return link;
    }

    public void Hold()
    {
        lock (_gate)
        {
            _held = true;
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            _held = false;
            while (_waiting.TryDequeue(out var send))
            {
                send();
            }
        }
    }

    private void Pass(Action send)
    {
        lock (_gate)
        {
            if (_held)
            {
                _waiting.Enqueue(send);
                return;
            }

            send();
        }
    }
}
