using System.Data.Common;
using EdgeMesh.Dashboard.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>SQLite in the data directory: WAL, every commit on disk before it counts.</summary>
public static class StorageSetup
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddPooledDbContextFactory<MeshDbContext>((provider, options) =>
            Configure(options, provider.GetRequiredService<DashboardOptions>().DatabasePath));
        services.AddHostedService<Migrator>();
        services.AddSingleton<Journal>().AddSingleton<SubmissionKeys>();
        services.AddHostedService(s => s.GetRequiredService<Journal>());
        return services;
    }

    public static void Configure(DbContextOptionsBuilder options, string path) =>
        options.UseSqlite(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString()).AddInterceptors(new Pragmas())
            .ConfigureWarnings(w => w.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning));

    // synchronous and foreign_keys belong to a connection, not to the file.
    private sealed class Pragmas : DbConnectionInterceptor
    {
        private const string Sql = "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000;";

        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
        {
            using var command = connection.CreateCommand();
            command.CommandText = Sql;
            command.ExecuteNonQuery();
        }

        public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Sql;
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}

/// <summary>Brings the database to this version's schema before anything uses it.</summary>
public sealed class Migrator(IDbContextFactory<MeshDbContext> contexts) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Database.MigrateAsync(cancellationToken);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>For <c>dotnet ef migrations</c>.</summary>
public sealed class DesignTimeContext : IDesignTimeDbContextFactory<MeshDbContext>
{
    public MeshDbContext CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<MeshDbContext>();
        StorageSetup.Configure(options, "design-time.db");
        return new MeshDbContext(options.Options);
    }
}
