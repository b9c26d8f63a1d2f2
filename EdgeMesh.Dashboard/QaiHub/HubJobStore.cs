using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.QaiHub.Tensors;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Tracked jobs and inputs of uploaded models in the database, by host.</summary>
public sealed class HubJobStore(IDbContextFactory<MeshDbContext> contexts)
{
    /// <summary>Older jobs stay in the database and at the service, not in memory.</summary>
    public const int MostShown = 500;

    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Newest first.</summary>
    public async Task<ImmutableArray<TrackedJob>> LoadAsync(string host, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Set<HubJobRow>().AsNoTracking().Where(j => j.Host == host).OrderByDescending(j => j.CreatedAtMs).Take(MostShown).Select(j => j.Job).ToListAsync(cancellationToken);
        return [.. rows.Select(r => JsonSerializer.Deserialize<TrackedJob>(r, Json)).OfType<TrackedJob>()];
    }

    /// <summary>A job that is not in memory any more; null when it was never kept.</summary>
    public async Task<TrackedJob?> FindAsync(string host, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var json = await db.Set<HubJobRow>().AsNoTracking().Where(j => j.Host == host && j.Id == id).Select(j => j.Job).FirstOrDefaultAsync(cancellationToken);
        return json is null ? null : JsonSerializer.Deserialize<TrackedJob>(json, Json);
    }

    /// <summary>A job of whatever service and account; ids are the service's and do not repeat.</summary>
    public async Task<TrackedJob?> FindAnywhereAsync(string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var json = await db.Set<HubJobRow>().AsNoTracking().Where(j => j.Id == id).Select(j => j.Job).FirstOrDefaultAsync(cancellationToken);
        return json is null ? null : JsonSerializer.Deserialize<TrackedJob>(json, Json);
    }

    public async Task DeleteAsync(string host, string id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<HubJobRow>().Where(j => j.Host == host && j.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>What was kept under earlier keys of an account becomes the account's; a job that it has already stays as it is.</summary>
    public async Task AdoptAsync(ImmutableArray<string> from, string to, CancellationToken cancellationToken)
    {
        if (from.IsEmpty)
        {
            return;
        }

        var old = from.ToArray();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var here = db.Set<HubJobRow>().Where(j => j.Host == to).Select(j => j.Id);
        await db.Set<HubJobRow>().Where(j => old.Contains(j.Host) && !here.Contains(j.Id)).ExecuteUpdateAsync(s => s.SetProperty(j => j.Host, to), cancellationToken);
        var models = db.Set<HubModelRow>().Where(m => m.Host == to).Select(m => m.Id);
        await db.Set<HubModelRow>().Where(m => old.Contains(m.Host) && !models.Contains(m.Id)).ExecuteUpdateAsync(s => s.SetProperty(m => m.Host, to), cancellationToken);
    }

    public async Task SaveAsync(string host, TrackedJob job, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var json = JsonSerializer.Serialize(job, Json);
        var changed = await db.Set<HubJobRow>().Where(j => j.Host == host && j.Id == job.Id)
            .ExecuteUpdateAsync(s => s.SetProperty(j => j.Job, json).SetProperty(j => j.IsOver, job.IsOver), cancellationToken);
        if (changed == 0)
        {
            db.Add(new HubJobRow { Host = host, Id = job.Id, CreatedAtMs = job.CreatedAt.ToUnixTimeMilliseconds(), IsOver = job.IsOver, Job = json });
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    public async Task<ImmutableArray<TensorSpec>> InputsAsync(string host, string model, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var json = await db.Set<HubModelRow>().Where(m => m.Host == host && m.Id == model).Select(m => m.Inputs).FirstOrDefaultAsync(cancellationToken);
        return json is null ? [] : [.. JsonSerializer.Deserialize<List<TensorSpec>>(json, Json) ?? []];
    }

    public async Task SaveInputsAsync(string host, string model, ImmutableArray<TensorSpec> inputs, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<HubModelRow>().Where(m => m.Host == host && m.Id == model).ExecuteDeleteAsync(cancellationToken);
        db.Add(new HubModelRow { Host = host, Id = model, Inputs = JsonSerializer.Serialize(inputs, Json) });
        await db.SaveChangesAsync(cancellationToken);
    }
}
