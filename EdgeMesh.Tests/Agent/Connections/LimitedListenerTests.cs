using System.IO.Pipelines;
using System.Net;
using EdgeMesh.Agent.Connections;
using EdgeMesh.Tests.Fakes;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Agent.Connections;

public sealed class LimitedListenerTests
{
    private readonly KeptLog<RefusalLog> _logger = new();
    private readonly FakeTimeProvider _time = new() { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Accept_OverTheLimit_CutsThatOneOffAndGoesOn()
    {
        var connections = ((string[])["10.0.0.1", "10.0.0.1", "10.0.0.1", "10.0.0.2"]).Select(a => new Connection(a)).ToList();
        var factory = Factory(new Listener([.. connections]), perNetwork: 2);
        await using var listener = await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Test);
        Assert.Same(connections[0], await listener.AcceptAsync(Test));
        Assert.Same(connections[1], await listener.AcceptAsync(Test));
        Assert.Same(connections[3], await listener.AcceptAsync(Test));
        Assert.Equal([false, false, true, false], connections.Select(c => c.WasAborted));
        Assert.Contains("10.0.0.1", Assert.Single(_logger.Lines), StringComparison.Ordinal);
        Assert.Equal(3, factory.Open);

        connections[0].Close();
        Assert.Equal(2, factory.Open);
    }

    [Fact]
    public async Task Accept_Throws_EndsNothing()
    {
        Connection next = new("10.0.0.1");
        await using var listener = await Factory(new Listener([new IOException("Too many open files"), new InvalidOperationException("odd"), next]), 2).BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Test);
        var accepting = listener.AcceptAsync(Test).AsTask();
        while (!accepting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Same(next, await accepting);
        Assert.Contains("Too many open files", _logger.Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accept_Closing_EndsTheLoop()
    {
        var listener = await Factory(new Listener([new ObjectDisposedException("socket")]), 2).BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Test);
        await listener.UnbindAsync(Test);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await listener.AcceptAsync(Test));
    }

    private LimitedListenerFactory Factory(Listener inner, int perNetwork) =>
        new(inner, new ConnectionLimits { PerNetwork = perNetwork, All = 100, Loopback = 100 }, new RefusalLog(_logger, _time), _time);

    /// <summary>Gives these connections, and throws these exceptions, in order.</summary>
    private sealed class Listener(object[] script) : IConnectionListenerFactory, IConnectionListener
    {
        private readonly Queue<object> _script = new(script);

        public EndPoint EndPoint { get; } = new IPEndPoint(IPAddress.Loopback, 1);

        public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            _script.Dequeue() is var next && next is Exception e ? ValueTask.FromException<ConnectionContext?>(e) : new((ConnectionContext?)next);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => default;

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Connection : ConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();

        public Connection(string from)
        {
            RemoteEndPoint = new IPEndPoint(IPAddress.Parse(from), 1);
            ConnectionClosed = _closed.Token;
        }

        public bool WasAborted { get; private set; }

        public override IDuplexPipe Transport { get; set; } = null!;

        public override string ConnectionId { get; set; } = "";

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public void Close() => _closed.Cancel();

        public override void Abort(ConnectionAbortedException abortReason) => WasAborted = true;

        public override async ValueTask DisposeAsync()
        {
            await _closed.CancelAsync();
            _closed.Dispose();
        }
    }
}
