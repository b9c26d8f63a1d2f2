using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Simulation;

/// <summary>A dashboard that dies and starts again from what it had stored.</summary>
internal sealed class SimulatedDashboard : IAsyncDisposable
{
    private readonly TemporaryDirectory data = new();
    private int lives = 1;

    private SimulatedDashboard()
    {
    }

    /// <summary>As it is now.</summary>
    public MeshHost Mesh { get; private set; } = null!;

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

    // Short times: a device that is away is expected back for a fifth of a second, so that work both waits for it and goes elsewhere.
    private async Task LiveAsync() => Mesh = await MeshHost.StartAsync(data[$"{lives}"], ("EdgeMesh:Orchestrator:ReattachFor", "00:00:00.2"));
}
