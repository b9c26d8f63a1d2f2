using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Audit;

/// <summary>The log stays bounded, and what is left is a whole chain.</summary>
public sealed class AuditPruningTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OldLines_GoWithTheNextStart_AndTheRestIsWhole_AlsoAfterAClockThatWasWrong()
    {
        // The database's own guard goes by the real clock.
        var now = TimeProvider.System.GetUtcNow();
        FakeTimeProvider time = new(now.AddDays(-500));
        await using var host = await ApiFakesHost.StartAsync();
        using (var log = Log(host, time))
        {
            await WriteAsync(log, 3);
            time.AdjustTime(now.AddDays(-10));
            await WriteAsync(log, 4);
            time.AdjustTime(now.AddDays(-450));
            await WriteAsync(log, 2);
            time.AdjustTime(now);
            Assert.Equal(new AuditCheck(9, null), await log.CheckAsync(Test));
        }

        using var later = Log(host, time);
        await WriteAsync(later, 1);
        Assert.Equal(new AuditCheck(7, null), await later.CheckAsync(Test));
        Assert.Equal([10, 9, 8, 7, 6, 5, 4], (await later.ReadAsync(new AuditQuery(null, null, null, 200, null), Test)).Items.Select(l => l.Sequence));
    }

    [Fact]
    public async Task TooManyLines_TheOldestGo_AndTheRestIsWhole()
    {
        await using var host = await ApiFakesHost.StartAsync();
        Seed(host.Data, AuditLog.Most + 5);
        using var log = Log(host, TimeProvider.System);
        await WriteAsync(log, 1);
        Assert.Equal(new AuditCheck(AuditLog.Most, null), await log.CheckAsync(Test));
        Assert.Equal(AuditLog.Most + 6, (await log.ReadAsync(new AuditQuery(null, null, null, 1, null), Test)).Items[0].Sequence);
    }

    private static AuditLog Log(ApiFakesHost host, TimeProvider time) =>
        new(host.App.Services.GetRequiredService<IDbContextFactory<MeshDbContext>>(), time, host.App.Services.GetRequiredService<Steadiness>());

    private static async Task WriteAsync(AuditLog log, int lines)
    {
        for (var n = 0; n < lines; n++)
        {
            await log.AddAsync(Actor.Dashboard, AuditActions.DeviceDrain, "One");
        }
    }

    /// <summary>A long chain at once.</summary>
    private static void Seed(string data, int lines)
    {
        using SqliteConnection database = new($"Data Source={Path.Combine(data, "edgemesh.db")};Pooling=False");
        database.Open();
        using var all = database.BeginTransaction();
        using var insert = database.CreateCommand();
        insert.Transaction = all;
        insert.CommandText = "INSERT INTO Audit (Sequence, AtMs, Actor, \"From\", Action, Target, Refusal, Previous, Hash) VALUES ($sequence, $at, '', '', '', '', '', $previous, $hash)";
        var (sequence, at) = (insert.Parameters.Add("$sequence", SqliteType.Integer), insert.Parameters.Add("$at", SqliteType.Integer));
        var (previous, hash) = (insert.Parameters.Add("$previous", SqliteType.Blob), insert.Parameters.Add("$hash", SqliteType.Blob));
        AuditRow row = new() { AtMs = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), Hash = AuditChain.Start };
        for (var n = 1; n <= lines; n++)
        {
            (row.Sequence, row.Previous) = (n, row.Hash);
            row.Hash = AuditChain.HashOf(row);
            (sequence.Value, at.Value, previous.Value, hash.Value) = (row.Sequence, row.AtMs, row.Previous, row.Hash);
            insert.ExecuteNonQuery();
        }

        all.Commit();
    }
}
