using EdgeMesh.Agent.Link;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Bench.Memory;

/// <summary>Many simulated devices in this process: one small gRPC server, one real link each.</summary>
internal sealed class SimulatedFleet : IAsyncDisposable
{
    private readonly List<SimulatedDevice> _devices = [];
    private readonly CancellationTokenSource _over = new();
    private readonly WebApplication _server;

    private SimulatedFleet()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<LinkListener>().AddSingleton<IConnectionListenerFactory>(s => s.GetRequiredService<LinkListener>());
        builder.Services.AddRoutingCore().AddGrpc();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(kestrel.ApplicationServices.GetRequiredService<LinkListener>().EndPoint, o => o.Protocols = HttpProtocols.Http2);
        });
        _server = builder.Build();
        _server.MapGrpcService<SimulatedDeviceService>();
    }

    /// <summary>Joins so many devices, each with a join token of its own, and waits until all are online.</summary>
    public static async Task<SimulatedFleet> JoinAsync(RealDashboard dashboard, int count, CancellationToken cancellationToken)
    {
        var fleet = new SimulatedFleet();
        await fleet._server.StartAsync(cancellationToken);
        var listener = fleet._server.Services.GetRequiredService<LinkListener>();
        var others = await dashboard.OnlineDevicesAsync(cancellationToken);
        for (var i = 1; i <= count; i++)
        {
            var token = await dashboard.JoinTokenAsync(cancellationToken);
            fleet._devices.Add(await SimulatedDevice.JoinAsync(dashboard.Address, token, $"Simulated {i}", listener, fleet._over.Token));
        }

        while (await dashboard.OnlineDevicesAsync(cancellationToken) < count + others)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
        }

        return fleet;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _devices.ForEach(d => d.Dispose());
        await _server.DisposeAsync();
        _over.Dispose();
    }
}
