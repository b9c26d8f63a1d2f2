using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Support;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nerdbank.Streams;
using DuplexPipe = EdgeMesh.Agent.Link.DuplexPipe;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>The agent as it is, with runtimes of the test only, over links in memory: one for each orchestrator that the test plays.</summary>
internal sealed class ServedAgent : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly List<GrpcChannel> _channels = [];
    private readonly WebApplication _agent;

    private ServedAgent(TimeSpan finishWithin, string? data, IRuntime[] runtimes) => _agent = AgentHost.Build(
        new AgentOptions(data ?? _directory.Path, "Test device", [], null) { FindEngines = false, FinishWithin = finishWithin },
        services =>
        {
            services.RemoveAll<IRuntime>();
            Array.ForEach(runtimes, r => services.AddSingleton(r));
        });

    public static Task<ServedAgent> StartAsync(params IRuntime[] runtimes) => StartAsync(TimeSpan.Zero, null, runtimes);

    /// <summary>One with a data directory of its own.</summary>
    public static Task<ServedAgent> StartAsync(string data, params IRuntime[] runtimes) => StartAsync(TimeSpan.Zero, data, runtimes);

    /// <summary>One that lets its tasks finish for so long when it is stopped.</summary>
    public static Task<ServedAgent> StartAsync(TimeSpan finishWithin, params IRuntime[] runtimes) => StartAsync(finishWithin, null, runtimes);

    private static async Task<ServedAgent> StartAsync(TimeSpan finishWithin, string? data, IRuntime[] runtimes)
    {
        ServedAgent served = new(finishWithin, data, runtimes);
        await served._agent.StartAsync(TestContext.Current.CancellationToken);
        return served;
    }

    /// <summary>A link of its own.</summary>
    public DeviceService.DeviceServiceClient Link(string orchestrator)
    {
        var (device, dashboard) = DuplexPipe.CreatePair();
        _ = _agent.Services.GetRequiredService<LinkListener>().ServeAsync(device, new LinkCaller(orchestrator), _closing.Token);
        var channel = GrpcChannel.ForAddress("http://device", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = false, ConnectCallback = (_, _) => new(dashboard.AsStream()) },
            DisposeHttpClient = true,
        });
        _channels.Add(channel);
        return new DeviceService.DeviceServiceClient(channel);
    }

    /// <summary>What SIGTERM does; returns when it would exit.</summary>
    public Task StopAsync() => _agent.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _channels.ForEach(c => c.Dispose());
        await _closing.CancelAsync();
        await _agent.StopAsync(CancellationToken.None);
        await _agent.DisposeAsync();
        _closing.Dispose();
        _directory.Dispose();
    }
}
