using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Runtimes.Engines;

namespace EdgeMesh.Agent.Runtimes.Discovery;

/// <summary>
/// Looks for engines on their usual ports of this device. One that was found stays listed, also when it is down later; one that never
/// answered is no noise. Addresses a person configured are left alone.
/// </summary>
public sealed partial class EngineDiscovery(RuntimeCatalog catalog, DiscoveryOptions options, EngineContext context, ILogger<EngineDiscovery> logger) : BackgroundService
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private readonly HashSet<int> _taken = [.. options.ConfiguredPorts];

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
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Whatever listens at a usual port and whatever it answers, the search goes on.
    private async Task LookAsync(HttpClient http, KnownEngine engine, CancellationToken cancellationToken)
    {
        var address = new UriBuilder("http", "127.0.0.1", engine.Port).Uri;
        try
        {
            if (await IsThereAsync(http, engine, address, cancellationToken))
            {
                catalog.Add(engine.Create(address, context));
                _taken.Add(engine.Port);
                Log.Found(logger, engine.Name, address);
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotKnown(logger, address, engine.Name, e.Message);
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
        using var json = await http.GetJsonAsync(new Uri(address, engine.IdentityPath), limit.Token);
        return engine.IsIt(json.RootElement);
    }

    // Nearly always nobody listens: found out without an exception each, and without waking the HTTP client.
    private static async Task<bool> ListensAsync(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var connect = new SocketAsyncEventArgs { RemoteEndPoint = new IPEndPoint(IPAddress.Loopback, port) };
        var done = new TaskCompletionSource<SocketError>(TaskCreationOptions.RunContinuationsAsynchronously);
        connect.Completed += (_, e) => done.TrySetResult(e.SocketError);
        return (socket.ConnectAsync(connect) ? await done.Task : connect.SocketError) == SocketError.Success;
    }

    private static partial class Log
    {
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

    /// <summary>Ports of addresses that were configured: they have their adapter already.</summary>
    public ImmutableArray<int> ConfiguredPorts { get; init; } = [];
}
