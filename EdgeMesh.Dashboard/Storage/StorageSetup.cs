using EdgeMesh.Dashboard.Health;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>SQLite in the data directory: WAL, every commit on disk before it counts.</summary>
public static class StorageSetup
{
    /// <summary>The database, opened and brought to this version now: nothing is made before it is known to be usable.</summary>
    /// <exception cref="Configuration.StartupException">It cannot be used.</exception>
    public static IServiceCollection AddStorage(this IServiceCollection services, StoragePlace place)
    {
        DatabaseOpening.Open(place);
        services.AddHealth(place);
        services.AddPooledDbContextFactory<MeshDbContext>((provider, options) =>
            Configure(options, place.Database).AddInterceptors(new FailureInterceptor(provider.GetRequiredService<StorageHealth>())));
        services.AddSingleton<Journal>().AddSingleton<SubmissionKeys>();
        services.AddHostedService(s => s.GetRequiredService<Journal>());
        services.AddHostedService<DatabaseCheck>();
        return services;
    }

    /// <summary>Seconds that anyone waits for another writer; a lock that lasts longer is a state that is told (well before a call to a grain gives up, after 30 s).</summary>
    internal const int LockSeconds = 5;

    public static DbContextOptionsBuilder Configure(DbContextOptionsBuilder options, string path) =>
        options.UseSqlite(new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = LockSeconds }.ToString()).AddInterceptors(new PragmaInterceptor())
            .ConfigureWarnings(w => w.Ignore(CoreEventId.ManyServiceProvidersCreatedWarning));
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
