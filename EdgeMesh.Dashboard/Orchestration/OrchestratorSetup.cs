using System.Net;
using System.Net.Sockets;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage;
using Orleans.Configuration;
using Orleans.Hosting;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Orleans in this process and the services around it.</summary>
public static class OrchestratorSetup
{
    public static WebApplicationBuilder AddOrchestrator(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(s => s.GetRequiredService<Microsoft.Extensions.Options.IOptions<Hosting.DashboardOptions>>().Value);
        builder.Services.AddStorage();
        var cluster = "edgemesh-" + Guid.NewGuid().ToString("N");
        var (silo, gateway) = FreePorts();
        builder.UseOrleans(orleans => orleans
            .UseLocalhostClustering(silo, gateway, new IPEndPoint(IPAddress.Loopback, silo), cluster, cluster)
            .Configure<EndpointOptions>(o => o.AdvertisedIPAddress = IPAddress.Loopback));
        var services = builder.Services;
        services.AddSingleton(builder.Configuration.GetSection("EdgeMesh:Orchestrator").Get<OrchestratorOptions>() ?? new OrchestratorOptions());
        services.AddSingleton(builder.Configuration.GetSection("EdgeMesh:Jobs").Get<Core.Jobs.JobLimits>() ?? new Core.Jobs.JobLimits());
        services.AddSingleton<FleetFeed>().AddSingleton<JobFeed>().AddSingleton<OpenJobs>().AddSingleton<JobHistory>().AddSingleton<AttemptRunner>();
        services.AddSingleton<DeviceStore>().AddHostedService(s => s.GetRequiredService<DeviceStore>());
        services.AddSingleton<IDeviceRegistry>(s => s.GetRequiredService<DeviceStore>());
        services.AddSingleton<ILinkSink, GrainLinkSink>().AddSingleton<IFleet, MeshFleet>().AddSingleton<IJobs, MeshJobs>();
        services.AddSingleton<Rehearsal>().AddHostedService(s => s.GetRequiredService<Rehearsal>()).AddSingleton<Hosting.IReadinessCheck>(s => s.GetRequiredService<Rehearsal>());
        services.AddSingleton<Recovery>().AddHostedService(s => s.GetRequiredService<Recovery>());
        return builder;
    }

    // Two dashboards on one machine must not meet, so each takes free loopback ports.
    private static (int Silo, int Gateway) FreePorts()
    {
        using var one = new TcpListener(IPAddress.Loopback, 0);
        using var two = new TcpListener(IPAddress.Loopback, 0);
        one.Start();
        two.Start();
        return (((IPEndPoint)one.LocalEndpoint).Port, ((IPEndPoint)two.LocalEndpoint).Port);
    }
}

/// <summary>At start: devices are remembered and what was interrupted gets its honest end. At a stop: so do running jobs.</summary>
public sealed class Recovery(DeviceStore devices, JobHistory history, OpenJobs open, FleetFeed fleet, IGrainFactory grains) : BackgroundService
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the history and the fleet are as they should be.</summary>
    public Task Ready => _ready.Task;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var job in open.All)
        {
            await grains.GetGrain<IJobGrain>(job.Value).AbandonAsync("The dashboard was stopped while it ran.").WaitAsync(cancellationToken);
        }

        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await devices.LoadAsync();
        foreach (var job in await history.UnfinishedAsync())
        {
            await grains.GetGrain<IJobGrain>(job.Value).AbandonAsync("The dashboard ended while it ran.");
        }

        _ready.TrySetResult();
        await using var changes = fleet.Subscribe();
        await foreach (var _ in changes.Changes(stoppingToken))
        {
            foreach (var job in open.All)
            {
                await grains.GetGrain<IJobGrain>(job.Value).FleetChangedAsync();
            }
        }
    }
}
