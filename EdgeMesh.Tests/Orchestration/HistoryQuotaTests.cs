using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>The history keeps to its limit at any rate of jobs, and its file shrinks.</summary>
public sealed class HistoryQuotaTests
{
    private const int Jobs = 3_000;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Apply_ManyTooMany_RemovesAllOfThemWithTheirEvents()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxStoredJobs", "100"));
        await FillAsync(mesh, bytes: 10);

        Assert.Equal(Jobs - 100, await mesh.Services.GetRequiredService<HistoryQuota>().ApplyAsync(Test));

        Assert.Equal(100, await mesh.SqlAsync("SELECT COUNT(*) FROM Jobs"));
        Assert.Equal(100, await mesh.SqlAsync("SELECT COUNT(*) FROM Journal"));
        Assert.Equal($"{Jobs:000000}", (await mesh.Jobs.ListAsync(JobQuery.First(1), Test)).Items.Single().Id.Value);
        Assert.Equal(0, await mesh.Services.GetRequiredService<HistoryQuota>().ApplyAsync(Test));
    }

    [Fact]
    public async Task Compact_MostlyEmptyFile_GivesBackItsRoom_AndAFullOneIsLeftAlone()
    {
        await using var mesh = await MeshHost.StartAsync(null, ("EdgeMesh:Orchestrator:MaxStoredJobs", "100"));
        await FillAsync(mesh, bytes: 20_000);
        var compaction = mesh.Services.GetRequiredService<HistoryCompaction>();
        Assert.Equal(0, await compaction.CompactAsync(Test));
        var before = Bytes(mesh);
        await mesh.Services.GetRequiredService<HistoryQuota>().ApplyAsync(Test);

        Assert.InRange(await compaction.CompactAsync(Test), 50L << 20, long.MaxValue);

        Assert.InRange(Bytes(mesh), 1, before / 10);
        Assert.Equal(100, await mesh.SqlAsync("SELECT COUNT(*) FROM Journal"));
        Assert.Equal(0, await compaction.CompactAsync(Test));
    }

    private static Task<long> FillAsync(MeshHost mesh, int bytes) => mesh.SqlAsync($"""
        BEGIN;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Jobs})
        INSERT INTO Jobs (Id, Kind, State, Title, DeviceIds, Devices, CreatedAtMs, FinishedAtMs) SELECT printf('%06d', i), 'Echo', 'Succeeded', 'A job', '', '[]', i, i FROM n;
        INSERT INTO Journal (JobId, First, Last, Events) SELECT Id, 1, 3, zeroblob({bytes}) FROM Jobs;
        COMMIT;
        PRAGMA wal_checkpoint(TRUNCATE);
        """);

    private static long Bytes(MeshHost mesh) => Directory.EnumerateFiles(mesh.Data, "edgemesh.db*").Sum(f => new FileInfo(f).Length);
}
