using EdgeMesh.Dashboard.Health;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Gives back what removed jobs leave in the database's file: rewrites it when most of it is empty and no job has been open for a minute. Jobs that are submitted meanwhile wait for the
/// second or two that it takes. SQLite's own way (auto_vacuum) costs every job some microseconds instead.
/// </summary>
public sealed partial class HistoryCompaction(OpenJobs open, StoragePlace place, TimeProvider time, Steadiness steady, ILogger<HistoryCompaction> logger) : SteadyService(steady)
{
    private const long LeastEmptyBytes = 32L << 20;

    // What is kept is written anew, so that is what takes the time; beyond this it would be felt.
    private const long MostKeptBytes = 256L << 20;
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>Rewrites the file when that is worth it; the bytes that it gave back.</summary>
    public async Task<long> CompactAsync(CancellationToken cancellationToken)
    {
        await using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = place.Database, Pooling = false, DefaultTimeout = 1, Mode = SqliteOpenMode.ReadWrite }.ToString());
        await connection.OpenAsync(cancellationToken);
        var page = await AskAsync(connection, "PRAGMA page_size", cancellationToken);
        var all = page * await AskAsync(connection, "PRAGMA page_count", cancellationToken);
        var empty = page * await AskAsync(connection, "PRAGMA freelist_count", cancellationToken);
        var kept = all - empty;
        // The new pages go through the log: for a moment there are two of each.
        if (empty < LeastEmptyBytes || empty < kept || kept > MostKeptBytes || new DriveInfo(place.Folder).AvailableFreeSpace < 2 * kept)
        {
            return 0;
        }

        var began = time.GetTimestamp();
        await AskAsync(connection, "VACUUM", cancellationToken);
        await AskAsync(connection, "PRAGMA wal_checkpoint(TRUNCATE)", cancellationToken);
        var freed = all - (page * await AskAsync(connection, "PRAGMA page_count", cancellationToken));
        LogCompacted(logger, all >> 20, (all - freed) >> 20, time.GetElapsedTime(began).TotalSeconds);
        return freed;
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        var wasQuiet = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var isQuiet = open.All.Count == 0;
            if (isQuiet && wasQuiet)
            {
                await TryCompactAsync(stoppingToken);
            }

            wasQuiet = isQuiet;
        }
    }

    private async Task TryCompactAsync(CancellationToken cancellationToken)
    {
        try
        {
            await CompactAsync(cancellationToken);
        }
        catch (SqliteException e)
        {
            // Somebody writes just now, or there is no room for a copy: nothing changed, and there is another minute.
            LogNotNow(logger, e.Message);
        }
    }

    private static async Task<long> AskAsync(SqliteConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the statements above, no input in them
        command.CommandText = sql;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(cancellationToken) as long? ?? 0;
    }

    [LoggerMessage(3311, LogLevel.Information, "The database was compacted from {Before} to {After} MiB in {Seconds:0.0} s.")]
    private static partial void LogCompacted(ILogger logger, long before, long after, double seconds);

    [LoggerMessage(3312, LogLevel.Debug, "The database was not compacted now: {Reason}")]
    private static partial void LogNotNow(ILogger logger, string reason);
}
