using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Bench.Chaos;

/// <summary>An agent and the only way from it to the dashboard.</summary>
internal sealed record ChaosAgent(Subject Program, Relay Way);

/// <summary>The processes of a run: the dashboard on one port for all its lives, agents behind relays, the engine in this process.</summary>
internal sealed class ChaosMesh : IAsyncDisposable
{
    private const int LlamaCppPort = 8080;
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly TemporaryDirectory _data;
    private readonly List<ChaosAgent> _agents = [];

    private ChaosMesh(TemporaryDirectory data, string logs, IPEndPoint address, WordEngine engine, bool embedded)
    {
        (_data, Address, Engine) = (data, address, engine);
        Dashboard = new Subject(
            "dashboard", BuiltPrograms.Dashboard, ["--urls", $"http://{address}", "--data", data["dashboard"], .. embedded ? (string[])[] : ["--no-embedded-device"]], logs);
        Client = NewClient(TimeSpan.FromSeconds(20));
        Streams = NewClient(Timeout.InfiniteTimeSpan);
    }

    public IPEndPoint Address { get; }

    public Subject Dashboard { get; }

    public IReadOnlyList<ChaosAgent> Agents => _agents;

    public WordEngine Engine { get; }

    /// <summary>With the admin key; every life of the dashboard has the same.</summary>
    public HttpClient Client { get; }

    /// <summary>The same, for answers that take their time.</summary>
    public HttpClient Streams { get; }

    /// <summary>Starts everything; returns when every device is online with what the work needs.</summary>
    public static async Task<ChaosMesh> StartAsync(ChaosOptions options, string logs, CancellationToken cancellationToken)
    {
        var mesh = new ChaosMesh(new TemporaryDirectory(), logs, FreePort(), await WordEngine.StartAsync(options.Embedded ? LlamaCppPort : 0), options.Embedded);
        try
        {
            mesh.Dashboard.Start();
            await mesh.ReadyAsync(cancellationToken);
            for (var i = 0; i < options.Agents; i++)
            {
                await mesh.AddAgentAsync($"agent-{i + 1}", new IPEndPoint(IPAddress.Parse($"127.0.0.{i + 2}"), mesh.Address.Port), logs, cancellationToken);
            }

            await mesh.UntilAsync("devices", d => d.EnumerateArray().Count(IsUsable) == options.Agents + (options.Embedded ? 1 : 0), cancellationToken);
            return mesh;
        }
        catch
        {
            await mesh.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the dashboard says that it is ready; returns how long that took.</summary>
    /// <exception cref="TimeoutException">It was not within 2 min.</exception>
    public async Task<TimeSpan> ReadyAsync(CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Step, TimeProvider.System, cancellationToken))
        {
            if (await IsReadyAsync(cancellationToken))
            {
                return Stopwatch.GetElapsedTime(start);
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"The dashboard was not ready within {Patience.TotalMinutes} min; {(Dashboard.IsRunning ? "it runs" : "it has ended")}.");
            }
        }
    }

    /// <summary>Ends every process.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.Program.DisposeAsync();
            await agent.Way.DisposeAsync();
        }

        await Dashboard.DisposeAsync();
        await Engine.DisposeAsync();
        Client.Dispose();
        Streams.Dispose();
        _data.Dispose();
    }

    private static bool IsUsable(JsonElement device) =>
        device.GetProperty("state").GetString() == "Online" &&
        device.GetProperty("runtimes").ToString() is var runtimes && runtimes.Contains(WordEngine.ChatModel, StringComparison.Ordinal) && runtimes.Contains("textrank", StringComparison.Ordinal);

    private static IPEndPoint FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }

    private async Task AddAgentAsync(string name, IPEndPoint way, string logs, CancellationToken cancellationToken)
    {
        using var answer = await Client.PostAsync("/api/join-tokens", null, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var token = (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString()!;
        var program = new Subject(
            name, BuiltPrograms.Agent, ["run", "--orchestrator", $"http://{way}", "--name", name, "--data", _data[name], "--openai", $"{Engine.Address}v1", "--token", token], logs);
        _agents.Add(new ChaosAgent(program, new Relay(way, Address)));
        program.Start();
    }

    private HttpClient NewClient(TimeSpan timeout) =>
        new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false }) { BaseAddress = new Uri($"http://{Address}"), Timeout = timeout };

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await Client.GetAsync("/readyz", cancellationToken);
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }

            if (Client.DefaultRequestHeaders.Authorization is null)
            {
                var key = (await File.ReadAllTextAsync(Path.Combine(_data["dashboard"], "admin.key"), cancellationToken)).Trim();
                Client.DefaultRequestHeaders.Authorization = Streams.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
            }

            return true;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task UntilAsync(string what, Func<JsonElement, bool> fits, CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(Step * 10, TimeProvider.System, cancellationToken))
        {
            var state = await Client.GetFromJsonAsync<JsonElement>($"/api/{what}", cancellationToken);
            if (fits(state))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException($"The {what} were not ready within {Patience.TotalMinutes} min: {state}");
            }
        }
    }
}
