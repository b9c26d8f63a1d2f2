using EdgeMesh.Agent.Link;

namespace EdgeMesh.Tests.Agent.Link;

public sealed class LinkListenerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serve_APipe_IsAcceptedAndCarriesBytesBothWays()
    {
        await using var listener = new LinkListener();
        var (device, dashboard) = DuplexPipe.CreatePair();
        var serving = listener.ServeAsync(device, Stop);
        var connection = (await listener.AcceptAsync(Stop))!;
        await dashboard.Output.WriteAsync("ping"u8.ToArray(), Stop);
        var read = await connection.Transport.Input.ReadAsync(Stop);
        Assert.Equal("ping"u8.ToArray(), read.Buffer.FirstSpan.ToArray());
        await connection.Transport.Output.WriteAsync("pong"u8.ToArray(), Stop);
        Assert.Equal("pong"u8.ToArray(), (await dashboard.Input.ReadAsync(Stop)).Buffer.FirstSpan.ToArray());
        Assert.False(serving.IsCompleted);
        await connection.DisposeAsync();
        await serving;
    }

    [Fact]
    public async Task Serve_Cancelled_AbortsTheConnection()
    {
        await using var listener = new LinkListener();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var serving = listener.ServeAsync(DuplexPipe.CreatePair().One, cancel.Token);
        var connection = (await listener.AcceptAsync(Stop))!;
        await cancel.CancelAsync();
        await serving;
        Assert.True(connection.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task Accept_AfterUnbind_IsNull()
    {
        await using var listener = new LinkListener();
        var accepting = listener.AcceptAsync(Stop);
        await listener.UnbindAsync(Stop);
        Assert.Null(await accepting);
    }

    [Fact]
    public void CanBind_OtherEndPoints_IsFalse()
    {
        var listener = new LinkListener();
        Assert.True(listener.CanBind(listener.EndPoint));
        Assert.False(listener.CanBind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0)));
    }
}
