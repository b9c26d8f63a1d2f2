using Microsoft.Data.Sqlite;

namespace EdgeMesh.Dashboard.Health;

/// <summary>While nothing can be stored, tries it every second by writing for real: a file of some size, and a table in the database.</summary>
internal sealed class StorageProbe(StorageHealth health, StoragePlace place, TimeProvider time, Steadiness steady) : SteadyService(steady)
{
    private const int FileBytes = 1 << 20;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    // More than the log that SQLite already has may hold: a few bytes go into it even when the disk is full.
    // Each statement by itself: of several in one command, those after one that returns a row may fail without a word.
    private static readonly ImmutableArray<string> Write =
        ["BEGIN IMMEDIATE", "DROP TABLE IF EXISTS StorageProbe", "CREATE TABLE StorageProbe (Bytes BLOB)", "INSERT INTO StorageProbe VALUES (zeroblob(262144))", "COMMIT", "DROP TABLE StorageProbe"];

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await health.FailsAsync(stoppingToken);
            await Task.Delay(Every, time, stoppingToken);
            if (await TryAsync(stoppingToken) is { } exception)
            {
                health.Failed(exception);
            }
            else
            {
                health.Works();
            }
        }
    }

    /// <summary>Tries once; why nothing can be stored, or null.</summary>
    internal async Task<Exception?> TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await WriteFileAsync(Path.Combine(place.Folder, "storage.probe"), cancellationToken);
            await using SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = place.Database, Pooling = false, DefaultTimeout = 1, Mode = SqliteOpenMode.ReadWrite }.ToString());
            await connection.OpenAsync(cancellationToken);
            await using var command = connection.CreateCommand();
            foreach (var statement in Write)
            {
#pragma warning disable CA2100 // the statements above, no input in them
                command.CommandText = statement;
#pragma warning restore CA2100
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            return null;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    private static async Task WriteFileAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            // Not only into the system's memory.
            await using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.WriteThrough);
            await file.WriteAsync(new byte[FileBytes], cancellationToken);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
