using EdgeMesh.Dashboard.Health;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Storage;

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
