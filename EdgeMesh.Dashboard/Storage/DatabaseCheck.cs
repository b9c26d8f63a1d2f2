using EdgeMesh.Dashboard.Health;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Dashboard.Storage;

/// <summary>Reads the whole database once after the start, beside the work: pages that are damaged are told, not met by chance weeks later.</summary>
internal sealed class DatabaseCheck(StoragePlace place, StorageHealth health, IHostApplicationLifetime process, Steadiness steady) : SteadyService(steady)
{
    private const string Fine = "ok";

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (process.ApplicationStarted.Register(started.SetResult))
        {
            await started.Task.WaitAsync(stoppingToken);
        }

        if (await FindAsync(stoppingToken) is { } damage)
        {
            health.Damaged(damage);
        }
    }

    private async Task<string?> FindAsync(CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = place.Database, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
        await connection.OpenAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA quick_check(100)";
        // It may read gigabytes; a stop does not wait for that.
        await using var stopping = cancellationToken.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        List<string> found = [];
        while (await reader.ReadAsync(CancellationToken.None))
        {
            if (reader.GetString(0) is not Fine and var line)
            {
                found.Add(line);
            }
        }

        return found switch
        {
            [] => null,
            [var only] => $"{only}.",
            [var first, ..] => $"{first}, and {found.Count - 1} more.",
        };
    }
}
