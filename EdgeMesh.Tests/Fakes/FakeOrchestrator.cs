using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Fakes;

/// <summary>The other side of an agent's handshake, with a key of its own; or somebody who took its port, and asks for the agent's profile whatever the agent says.</summary>
public sealed class FakeOrchestrator : IAsyncDisposable
{
    private readonly ConcurrentBag<WebSocket> _open = [];
    private readonly ConcurrentQueue<WebSocket> _linked = new();
    private readonly ConcurrentBag<GrpcChannel> _channels = [];
    private readonly WebApplication _app;
    private readonly ECDsa _key;
    private readonly byte[] _publicKey;
    private readonly FakeOrchestrator? _real;
    private readonly Proof _proof;
    private int _challenged;
    private int _answered;
    private OrchestratorProof? _recorded;
    private ReadOnlyMemory<byte> _mark;

    private FakeOrchestrator(WebApplication app, FakeOrchestrator? real, string? id, Proof proof)
    {
        (_app, _real, _proof) = (app, real, proof);
        _key = proof == Proof.Right && real is not null ? real._key : ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _publicKey = _key.ExportSubjectPublicKeyInfo();
        Id = id ?? real?.Id ?? DeviceId.FromPublicKey(_publicKey).Value;
    }

    /// <summary>How it proves itself.</summary>
    public enum Proof
    {
        Right,
        OfItsOwnKey,
        WithTheOtherPublicKey,
        RecordedElsewhere,
        None,
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>What it says it is.</summary>
    public string Id { get; }

    /// <summary>Of the join tokens that it made.</summary>
    public List<string> Secrets { get; } = ["secret"];

    public ConcurrentQueue<Hello> Hellos { get; } = new();

    public bool SignatureWasRight { get; private set; }

    /// <summary>Whether the last hello proved one of <see cref="Secrets"/>.</summary>
    public bool TokenWasProved { get; private set; }

    public Verdict Verdict { get; set; } = new() { Accepted = true };

    public int ProtocolVersion { get; set; } = LinkProtocol.Version;

    public bool Garbage { get; set; }

    /// <summary>Answered instead of a WebSocket; 0 cuts the connection.</summary>
    public int? Status { get; set; }

    public int Challenged => Volatile.Read(ref _challenged);

    public int Answered => Volatile.Read(ref _answered);

    /// <summary>Whether an agent answered a call though it should not.</summary>
    public bool GotProfile { get; private set; }

    /// <param name="real">Whose id it shows, as anybody can who asked it once; null: its own.</param>
    public static Task<FakeOrchestrator> StartAsync(int port = 0, FakeOrchestrator? real = null, Proof proof = Proof.Right) => StartAsync(port, real, null, proof);

    /// <param name="id">The public id that it shows.</param>
    public static Task<FakeOrchestrator> StartAsync(int port, string id, Proof proof) => StartAsync(port, null, id, proof);

    private static async Task<FakeOrchestrator> StartAsync(int port, FakeOrchestrator? real, string? id, Proof proof)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        var orchestrator = new FakeOrchestrator(app, real, id, proof);
        app.UseWebSockets();
        app.Map("/agent/link", orchestrator.AcceptAsync);
        await app.StartAsync();
        return orchestrator;
    }

    /// <summary>Waits for the next agent that links, and asks it as a dashboard does.</summary>
    public async Task<DeviceService.DeviceServiceClient> LinkAsync()
    {
        WebSocket? socket = null;
        await Until.TrueAsync("an agent to link", () => _linked.TryDequeue(out socket));
        var stream = WebSocketStream.Create(socket!, WebSocketMessageType.Binary, ownsWebSocket: false);
        var channel = GrpcChannel.ForAddress("http://device", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false, ConnectCallback = (_, _) => new(stream) },
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return new DeviceService.DeviceServiceClient(channel);
    }

    public void CutAll()
    {
        foreach (var socket in _open)
        {
            socket.Abort();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var channel in _channels)
        {
            channel.Dispose();
        }

        CutAll();
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task AcceptAsync(HttpContext context)
    {
        if (Status is { } status)
        {
            context.Response.StatusCode = status;
            if (status == 0)
            {
                context.Abort();
            }

            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        _open.Add(socket);
        try
        {
            Interlocked.Increment(ref _challenged);
            if (Garbage)
            {
                await socket.SendAsync("hello?"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                return;
            }

            await (_proof == Proof.Right ? HandshakeAsync(socket, context) : PretendAsync(socket, context));
        }
        catch (Exception e) when (e is WebSocketException or InvalidDataException or OperationCanceledException)
        {
            // The agent left.
        }
    }

    private async Task HandshakeAsync(WebSocket socket, HttpContext context)
    {
        var transcript = await ChallengeAsync(socket, context);
        var known = Secrets.Select(LinkTranscript.TokenKey).Where(k => transcript.TokenMark(k).AsSpan().SequenceEqual(_mark.Span)).ToList();
        _recorded = Signed(transcript, known.Select(transcript.OrchestratorTokenProof).FirstOrDefault([]));
        await LinkMessages.SendAsync(socket, _recorded, context.RequestAborted);
        var hello = await LinkMessages.ReceiveAsync(socket, Hello.Parser, context.RequestAborted);
        SignatureWasRight = KeySignature.IsValid(hello.PublicKey.Span, transcript.ForDevice(hello.TokenProof.Span), hello.Signature.Span);
        TokenWasProved = known.Any(k => transcript.DeviceTokenProof(k, hello.PublicKey.Span).AsSpan().SequenceEqual(hello.TokenProof.Span));
        Hellos.Enqueue(hello);
        await LinkMessages.SendAsync(socket, Verdict, context.RequestAborted);
        Interlocked.Increment(ref _answered);
        if (Verdict.Accepted)
        {
            _linked.Enqueue(socket);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<LinkTranscript> ChallengeAsync(WebSocket socket, HttpContext context)
    {
        var nonce = LinkTranscript.NewNonce();
        await LinkMessages.SendAsync(socket, new Challenge { ProtocolVersion = ProtocolVersion, Nonce = ByteString.CopyFrom(nonce), OrchestratorId = Id }, context.RequestAborted);
        var counter = await LinkMessages.ReceiveAsync(socket, CounterChallenge.Parser, context.RequestAborted);
        _mark = counter.TokenMark.Memory;
        return new LinkTranscript(nonce, counter.Nonce.Memory, Id, LinkChannel.Plain(context.Connection.LocalPort));
    }

    private OrchestratorProof Signed(LinkTranscript transcript, byte[] tokenProof) => new()
    {
        PublicKey = ByteString.CopyFrom(_publicKey),
        Signature = ByteString.CopyFrom(_key.SignData(transcript.ForOrchestrator(), HashAlgorithmName.SHA256)),
        TokenProof = ByteString.CopyFrom(tokenProof),
    };

    // Whatever it cannot prove, it says that all is well and asks for the profile.
    private async Task PretendAsync(WebSocket socket, HttpContext context)
    {
        var transcript = await ChallengeAsync(socket, context);
        var proof = _proof switch
        {
            Proof.RecordedElsewhere => _real!._recorded!,
            Proof.WithTheOtherPublicKey => Signed(transcript, []).With(p => p.PublicKey = ByteString.CopyFrom(_real!._publicKey)),
            Proof.OfItsOwnKey => Signed(transcript, []),
            _ => new OrchestratorProof(),
        };
        await LinkMessages.SendAsync(socket, proof, context.RequestAborted);
        await LinkMessages.SendAsync(socket, new Verdict { Accepted = true }, context.RequestAborted);
        await using var stream = WebSocketStream.Create(socket, WebSocketMessageType.Binary, ownsWebSocket: false);
        using var channel = GrpcChannel.ForAddress("http://device", new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { ConnectCallback = (_, _) => new(stream) }, DisposeHttpClient = true });
        try
        {
            await new DeviceService.DeviceServiceClient(channel).GetProfileAsync(new ProfileRequest(), cancellationToken: context.RequestAborted);
            GotProfile = true;
        }
        catch (RpcException)
        {
            // As it must be.
        }
    }
}

file static class OrchestratorProofExtensions
{
    public static OrchestratorProof With(this OrchestratorProof proof, Action<OrchestratorProof> change)
    {
        change(proof);
        return proof;
    }
}
