using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Embedded;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Bench.Echo;

/// <summary>The dashboard's orchestrator in this process, composed by its own code: Orleans, the journal on disk, the embedded device.</summary>
internal sealed class InProcessDashboard : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly WebApplication _app;
    private readonly IJobs _jobs;

    private InProcessDashboard()
    {
        var builder = DashboardHost.CreateBuilder(new DashboardArguments("http://127.0.0.1:0", _directory["data"]));
        builder.AddOrchestrator();
        builder.AddGateway();
        builder.AddEmbeddedDevice();
        builder.AddModels();
        _app = builder.Build();
        _jobs = _app.Services.GetRequiredService<IJobs>();
    }

    public static async Task<InProcessDashboard> StartAsync(CancellationToken cancellationToken)
    {
        var dashboard = new InProcessDashboard();
        await dashboard._app.StartAsync(cancellationToken);
        await using var fleet = dashboard._app.Services.GetRequiredService<IFleet>().Subscribe();
        await foreach (var snapshot in fleet.Changes(cancellationToken))
        {
            if (snapshot.Devices.Any(d => d is { State: DeviceState.Online, RuntimesLoaded: true }))
            {
                break;
            }
        }

        return dashboard;
    }

    /// <summary>Submits a job and watches it until its result is told.</summary>
    public async Task RunAsync(JobRequest request)
    {
        var outcome = await _jobs.SubmitAsync(request, CancellationToken.None);
        await using var job = await _jobs.WatchAsync(outcome.Id!.Value, CancellationToken.None)
            ?? throw new InvalidOperationException("A submitted job is not there.");
        var view = job.Snapshot.View;
        if (!view.IsFinished)
        {
            await foreach (var live in job.Changes(CancellationToken.None))
            {
                view = live.View;
            }
        }

        if (view.State != JobState.Succeeded)
        {
            throw new InvalidOperationException($"The job ended {view.State}: {view.Error?.Detail}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _directory.Dispose();
    }
}
