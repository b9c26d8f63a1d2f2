using System.Text.Json;
using EdgeMesh.Core;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>The history's rows: filtered, newest first, page by page. A job's id sorts by time, so it is the cursor.</summary>
public sealed class JobHistory(IDbContextFactory<MeshDbContext> contexts)
{
    private const int MostPerPage = 200;

    public async Task<JobPage> ListAsync(JobQuery query, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var limit = Math.Clamp(query.Limit, 1, MostPerPage);
        var rows = Filter(db.Set<JobRow>().AsNoTracking(), query, byState: true);
        if (query.Cursor is { } cursor)
        {
            rows = rows.Where(r => string.Compare(r.Id, cursor) < 0);
        }

        var page = await rows.OrderByDescending(r => r.Id).Take(limit + 1).ToListAsync(cancellationToken);
        return new JobPage([.. page.Take(limit).Select(ToSummary)], page.Count > limit ? page[limit - 1].Id : null);
    }

    public async Task<ImmutableDictionary<JobState, int>> CountAsync(JobQuery query, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var counts = await Filter(db.Set<JobRow>().AsNoTracking(), query, byState: false)
            .GroupBy(r => r.State).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(cancellationToken);
        return counts.ToImmutableDictionary(c => c.Key, c => c.Count);
    }

    public Task DeleteAsync(JobId id, CancellationToken cancellationToken) => DeleteAsync([id], cancellationToken);

    /// <summary>Removes these jobs and their events, all or none.</summary>
    public async Task DeleteAsync(ImmutableArray<JobId> ids, CancellationToken cancellationToken)
    {
        var values = ids.Select(id => id.Value).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Set<JournalRow>().Where(r => values.Contains(r.JobId)).ExecuteDeleteAsync(cancellationToken);
        await db.Set<JobRow>().Where(r => values.Contains(r.Id)).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Jobs that the last process left unfinished.</summary>
    public async Task<ImmutableArray<JobId>> UnfinishedAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        var ids = await db.Set<JobRow>().Where(r => r.State == JobState.Queued || r.State == JobState.Running).Select(r => r.Id).ToListAsync();
        return [.. ids.Select(id => new JobId(id))];
    }

    /// <summary>Ended jobs older than the newest so many, at most 500 at once.</summary>
    public async Task<ImmutableArray<JobId>> EndedBeyondAsync(int kept, CancellationToken cancellationToken)
    {
        const int MostAtOnce = 500;
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var ids = await db.Set<JobRow>().Where(r => r.State != JobState.Queued && r.State != JobState.Running)
            .OrderByDescending(r => r.Id).Skip(kept).Take(MostAtOnce).Select(r => r.Id).ToListAsync(cancellationToken);
        return [.. ids.Select(id => new JobId(id))];
    }

    /// <summary>The ids of all jobs there are.</summary>
    public async Task<HashSet<string>> IdsAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        return [.. await db.Set<JobRow>().Select(r => r.Id).ToListAsync()];
    }

    private static IQueryable<JobRow> Filter(IQueryable<JobRow> rows, JobQuery query, bool byState)
    {
        rows = byState && query.State is { } state ? rows.Where(r => r.State == state) : rows;
        rows = query.Kind is { } kind ? rows.Where(r => r.Kind == kind) : rows;
        if (query.Device is { } device)
        {
            var mark = $"|{device.Value}|";
            rows = rows.Where(r => r.DeviceIds.Contains(mark));
        }

        if (!string.IsNullOrWhiteSpace(query.Text))
        {
            var part = "%" + query.Text.Trim().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal) + "%";
            rows = rows.Where(r => EF.Functions.Like(r.Title, part, "\\") || EF.Functions.Like(r.Id, part, "\\"));
        }

        return rows;
    }

    private static JobSummary ToSummary(JobRow row) => new(
        new JobId(row.Id), row.Kind, row.State, row.Title, row.Note, JsonSerializer.Deserialize<ImmutableArray<JobDevice>>(row.Devices, CoreJson.Options), row.ModelId,
        row.Accelerator, row.PredictedP50Ms, row.PredictedP90Ms, row.ActualMs, DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs),
        row.FinishedAtMs is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end) : null);
}
