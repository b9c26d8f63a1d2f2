using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Simulation;

/// <summary>A dashboard that dies and starts again from what it had stored.</summary>
internal sealed class SimulatedDashboard : IAsyncDisposable
{
    private readonly TemporaryDirectory data = new();
    private readonly SetClock clock = new();
    private int lives = 1;

    private SimulatedDashboard()
    {
    }

    /// <summary>As it is now.</summary>
    public MeshHost Mesh { get; private set; } = null!;

    /// <summary>Jobs for which a second device was asked, so far.</summary>
    public int Hedged { get; private set; }

    /// <summary>Those of them that the second device succeeded in.</summary>
    public int HedgesWon { get; private set; }

    /// <summary>Whatever runs takes far longer than predicted.</summary>
    public async Task OverdueAsync()
    {
        clock.Advance(TimeSpan.FromMinutes(2));
        await Mesh.Services.GetRequiredService<Hedges>().LookAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What became of a job.</summary>
    public void Count(JobView ended)
    {
        Hedged += ended.Tasks.Any(t => t.Hedge is not null) ? 1 : 0;
        HedgesWon += ended.Tasks.Any(t => t is { State: TaskState.Succeeded, Current.IsHedge: true }) ? 1 : 0;
    }

    public static async Task<SimulatedDashboard> StartAsync()
    {
        var dashboard = new SimulatedDashboard();
        await dashboard.LiveAsync();
        return dashboard;
    }

    /// <summary>What is committed at one instant, while everything goes on, is what the next life finds: as after SIGKILL. No device may be linked.</summary>
    public async Task KillAsync()
    {
        var next = Path.Combine(Directory.CreateDirectory(data[$"{lives + 1}"]).FullName, "edgemesh.db");
        await Mesh.SqlAsync($"VACUUM INTO '{next}'");
        await Mesh.DisposeAsync();
        if (Directory.Exists(Path.Combine(data[$"{lives}"], "artifacts")))
        {
            Directory.Move(Path.Combine(data[$"{lives}"], "artifacts"), Path.Combine(data[$"{lives + 1}"], "artifacts"));
        }

        lives++;
        await LiveAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Mesh.DisposeAsync();
        data.Dispose();
    }

    // A second device is asked as often as may be. Short times: a device that is away is expected back for a fifth of a second, so that work both waits for it and goes elsewhere.
    private async Task LiveAsync() => Mesh = await MeshHost.StartAsync(clock, data[$"{lives}"], ("EdgeMesh:Orchestrator:ReattachFor", "00:00:00.2"), ("EdgeMesh:Orchestrator:HedgedShare", "1"));
}
