using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>One part that must be up before the dashboard is ready (<c>GET /readyz</c>). Add yours with <c>AddSingleton&lt;IReadinessCheck, …&gt;</c>.</summary>
public interface IReadinessCheck
{
    /// <summary>The part's name, such as <c>database</c>.</summary>
    string Name { get; }

    /// <summary>What is missing, in words; null when the part is ready.</summary>
    ValueTask<string?> MissingAsync(CancellationToken cancellationToken);
}

/// <summary>The database answers, has every migration and can be written.</summary>
internal sealed class DatabaseReadiness(IDbContextFactory<MeshDbContext> database, IStorageHealth health) : IReadinessCheck
{
    private volatile bool migrated;

    public string Name => "database";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        if (health.Current is { CanStore: false, Problem: { } problem })
        {
            return problem.Title;
        }

        if (!migrated)
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            migrated = await db.Database.CanConnectAsync(cancellationToken) && !(await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any();
        }

        return migrated ? null : "The database is not migrated yet.";
    }
}

/// <summary>The Orleans silo of this process is active.</summary>
internal sealed class OrchestratorReadiness(ISiloStatusOracle silo) : IReadinessCheck
{
    public string Name => "orchestrator";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(silo.CurrentStatus == SiloStatus.Active ? null : $"The orchestrator is {silo.CurrentStatus}.");
}

/// <summary>The device inside this process is online with its built-in runtimes, unless it is switched off.</summary>
internal sealed class EmbeddedDeviceReadiness(IFleet fleet, IOptions<DashboardOptions> options) : IReadinessCheck
{
    public string Name => "embedded device";

    public ValueTask<string?> MissingAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Missing());

    private string? Missing()
    {
        if (!options.Value.EmbeddedDevice)
        {
            return null;
        }

        var device = fleet.LocalDevice is { } id ? fleet.Current.Find(id) : null;
        return device switch
        {
            null => "The embedded device has not started yet.",
            { State: not (DeviceState.Online or DeviceState.Draining) } => $"{device.Name} is {device.State}.",
            { RuntimesLoaded: false } => $"{device.Name} still starts its runtimes.",
            _ => null,
        };
    }
}
