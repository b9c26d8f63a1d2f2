using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.QaiHub.Models;
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
