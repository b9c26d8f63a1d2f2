using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Engines.Owners;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Agent.Runtimes.Discovery;

/// <summary>
/// Looks for engines on their usual ports of this device. One that was found stays listed for a while when it is down later, with its cause, and
/// is then forgotten until it answers again; one that never answered is no noise. Addresses a person configured are left alone.
/// </summary>
public sealed partial class EngineDiscovery(RuntimeCatalog catalog, DiscoveryOptions options, EngineContext context, ILogger<EngineDiscovery> logger) : BackgroundService
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private readonly HashSet<int> _taken = [.. options.ConfiguredPorts];
    private readonly Dictionary<string, Found> _found = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (context.Problem is { } problem)
        {
            Log.BadRules(logger, problem);
        }

        using var http = EngineHttp.Create(new Uri("http://127.0.0.1/"), null);
        using var timer = new PeriodicTimer(options.Every, context.Time);
        do
        {
            foreach (var engine in options.Engines.Where(e => !_taken.Contains(e.Port)))
            {
                await LookAsync(http, engine, stoppingToken);
            }

            await ForgetGoneAsync(http, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Whatever listens at a usual port and whatever it answers, the search goes on.
    private async Task LookAsync(HttpClient http, KnownEngine engine, CancellationToken cancellationToken)
    {
        var address = Address(engine);
        try
        {
            if (await IsThereAsync(http, engine, address, cancellationToken))
            {
                var runtime = engine.Create(address, context);
                if (runtime is ProbedRuntime probed)
                {
                    probed.Gate = new EngineGate(context.Book, context.OwnerOf);
                }

                catalog.Add(runtime);
                _taken.Add(engine.Port);
                _found[runtime.Info.Id] = new Found(engine, null);
                Log.Found(logger, engine.Name, address);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotKnown(logger, address, engine.Name, e.Message);
        }
    }

    // Nobody misses an engine that somebody stopped for good, or that another program was for a moment.
    private async Task ForgetGoneAsync(HttpClient http, CancellationToken cancellationToken)
    {
        var now = context.Time.GetUtcNow();
        foreach (var (id, found) in _found.ToList())
        {
            if (catalog.Find(id)?.Info is not { State: RuntimeState.Down } down)
            {
                _found[id] = found with { DownSince = null };
            }
            else if (now - (found.DownSince ?? now) < options.ForgetAfter)
            {
                _found[id] = found with { DownSince = found.DownSince ?? now };
            }
            else if (await IsStillThereAsync(http, found.Engine, cancellationToken))
            {
                // It answers, and has no model or wants a key: as long as it says so, so is it shown.
                _found[id] = found with { DownSince = null };
            }
            else
            {
                catalog.Remove(id);
                _found.Remove(id);
                _taken.Remove(found.Engine.Port);
                Log.Forgotten(logger, down.Name, down.Reason);
            }
        }
    }

    private static async Task<bool> IsThereAsync(HttpClient http, KnownEngine engine, Uri address, CancellationToken cancellationToken)
    {
        if (!await ListensAsync(engine.Port))
        {
            return false;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ProbeTimeout);
        try
        {
            using var json = await http.GetJsonAsync(new Uri(address, engine.IdentityPath), limit.Token);
            return engine.IsIt(json.RootElement);
        }
        catch (EngineStatusException e) when (engine.WantsKey(e))
        {
            return true;
        }
    }

    private static async Task<bool> IsStillThereAsync(HttpClient http, KnownEngine engine, CancellationToken cancellationToken)
    {
        try
        {
            return await IsThereAsync(http, engine, Address(engine), cancellationToken);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static Uri Address(KnownEngine engine) => new UriBuilder("http", "127.0.0.1", engine.Port).Uri;

    // Nearly always nobody listens: found out without an exception each, and without waking the HTTP client.
    private static async Task<bool> ListensAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        var done = new TaskCompletionSource<SocketError>(TaskCreationOptions.RunContinuationsAsynchronously);
        connect.Completed += (_, e) => done.TrySetResult(e.SocketError);
        return (socket.ConnectAsync(connect) ? await done.Task : connect.SocketError) == SocketError.Success;
    }

    private sealed record Found(KnownEngine Engine, DateTimeOffset? DownSince);

    private static partial class Log
    {
        [LoggerMessage(EventId = 423, Level = LogLevel.Information, Message = "{Engine} is forgotten until it answers again: {Cause}")]
        public static partial void Forgotten(ILogger logger, string engine, string? cause);

        [LoggerMessage(EventId = 420, Level = LogLevel.Information, Message = "Found {Engine} at {Address}")]
        public static partial void Found(ILogger logger, string engine, Uri address);

        [LoggerMessage(EventId = 422, Level = LogLevel.Debug, Message = "What listens at {Address} is not {Engine}: {Cause}")]
        public static partial void NotKnown(ILogger logger, Uri address, string engine, string cause);

        [LoggerMessage(EventId = 421, Level = LogLevel.Warning, Message = "The usual skill rules are used: {Problem}")]
        public static partial void BadRules(ILogger logger, string problem);
    }
}

/// <summary>What is looked for, and how often.</summary>
public sealed record DiscoveryOptions
{
    /// <summary>The engines looked for. Default: all known ones; empty switches discovery off.</summary>
    public ImmutableArray<KnownEngine> Engines { get; init; } = KnownEngine.All;

    /// <summary>How often. Default 15 s.</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an engine that was found is shown as down before it is forgotten. Default 5 min.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Ports of addresses that were configured: they have their adapter already.</summary>
    public ImmutableArray<int> ConfiguredPorts { get; init; } = [];
}
