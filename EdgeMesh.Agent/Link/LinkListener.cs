using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeMesh.Agent.Link;

/// <summary>
/// A Kestrel transport whose connections are given to it (a dialled WebSocket, a pipe in memory) instead of accepted from a port. So an agent
/// behind any firewall serves gRPC over the connection it dialled itself.
/// </summary>
public sealed class LinkListener : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<ConnectionContext> _connections = Channel.CreateBounded<ConnectionContext>(16);

    public EndPoint EndPoint { get; } = new LinkEndPoint();

    /// <summary>Serves on this pipe; the task ends when the connection has ended.</summary>
    public Task ServeAsync(IDuplexPipe transport, CancellationToken cancellationToken) => ServeAsync(transport, LinkCaller.Own, cancellationToken);

    /// <inheritdoc cref="ServeAsync(IDuplexPipe, CancellationToken)"/>
    /// <param name="caller">Who is at the other end.</param>
    public async Task ServeAsync(IDuplexPipe transport, LinkCaller caller, CancellationToken cancellationToken)
    {
        await using var connection = new LinkConnection(transport);
        connection.Features.Set(caller);
        await _connections.Writer.WriteAsync(connection, cancellationToken);
        await using (cancellationToken.Register(() => connection.Abort()))
        {
            await connection.Ended;
        }
    }

    public bool CanBind(EndPoint endpoint) => endpoint is LinkEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _connections.Reader.WaitToReadAsync(cancellationToken) && _connections.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <summary>Where Kestrel is told to listen for dialled connections.</summary>
    public sealed class LinkEndPoint : EndPoint
    {
        public override string ToString() => "edgemesh-link";
    }

    private sealed class LinkConnection : ConnectionContext
    {
        private readonly CancellationTokenSource _closed = new();
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkConnection(IDuplexPipe transport)
        {
            Transport = transport;
            ConnectionClosed = _closed.Token;
        }

        public Task Ended => _ended.Task;

        public override IDuplexPipe Transport { get; set; }

        public override string ConnectionId { get; set; } = Guid.NewGuid().ToString("N");

        public override IFeatureCollection Features { get; } = new FeatureCollection();

        public override IDictionary<object, object?> Items { get; set; } = new ConnectionItems();

        public override CancellationToken ConnectionClosed { get; set; }

        public override void Abort(ConnectionAbortedException abortReason)
        {
            Transport.Input.CancelPendingRead();
            _closed.Cancel();
            _ended.TrySetResult();
        }

        // Kestrel disposes a connection when it has finished with it.
        public override ValueTask DisposeAsync()
        {
            _ended.TrySetResult();
            return default;
        }
    }
}

/// <summary>Two pipe ends as one duplex pipe.</summary>
public sealed record DuplexPipe(PipeReader Input, PipeWriter Output) : IDuplexPipe
{
    /// <summary>Two ends in memory: what one writes the other reads.</summary>
    public static (IDuplexPipe One, IDuplexPipe Other) CreatePair()
    {
        var options = new PipeOptions(pauseWriterThreshold: 1024 * 1024, resumeWriterThreshold: 512 * 1024, useSynchronizationContext: false);
        var there = new Pipe(options);
        var back = new Pipe(options);
        return (new DuplexPipe(back.Reader, there.Writer), new DuplexPipe(there.Reader, back.Writer));
    }

    /// <summary>Both directions of a stream.</summary>
    public static IDuplexPipe Over(Stream stream) => new DuplexPipe(PipeReader.Create(stream), PipeWriter.Create(stream));
}
