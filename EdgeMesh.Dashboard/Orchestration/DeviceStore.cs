using System.Text.Json;
using EdgeMesh.Core;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Devices in the database. Membership is written at once; what is only remembered (last seen, calibration) a little later.</summary>
public sealed class DeviceStore : SteadyService, IDeviceRegistry
{
    private const int MostWaiting = 10_000;
    private static readonly TimeSpan Gathers = TimeSpan.FromMilliseconds(500);
    private readonly IDbContextFactory<MeshDbContext> contexts;
    private readonly IGrainFactory grains;
    private readonly JoinTokenChanges tokens;
    private readonly TimeProvider time;
    private readonly RetryingWriter<DeviceId, DeviceSnapshot> _later;

    public DeviceStore(IDbContextFactory<MeshDbContext> contexts, IGrainFactory grains, JoinTokenChanges tokens, TimeProvider time, Steadiness steady)
        : base(steady)
    {
        (this.contexts, this.grains, this.tokens, this.time) = (contexts, grains, tokens, time);
        _later = new RetryingWriter<DeviceId, DeviceSnapshot>(steady, MostWaiting, Gathers, SaveAsync);
    }

    /// <summary>Tells every known device's grain what is known of it.</summary>
    public async Task LoadAsync()
    {
        await using var db = await contexts.CreateDbContextAsync();
        foreach (var row in await db.Set<DeviceRow>().AsNoTracking().Where(d => !d.Forgotten).OrderBy(d => d.Ordinal).ToListAsync())
        {
            await grains.GetGrain<IDeviceGrain>(row.Id).LoadAsync(ToDomain(row));
        }
    }

    public async Task<bool> IsKnownAsync(DeviceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Set<DeviceRow>().AnyAsync(d => d.Id == id.Value && !d.Forgotten, cancellationToken);
    }

    public async Task<bool> AddAsync(DeviceId id, ReadOnlyMemory<byte> publicKey, string name, LinkKind kind, Guid? joinToken, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (joinToken is { } token && !await JoinTokens.TrySpendAsync(db, token, id, time.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        var rows = db.Set<DeviceRow>();
        var row = await rows.FirstOrDefaultAsync(d => d.Id == id.Value, cancellationToken);
        if (row is null)
        {
            var ordinal = (await rows.MaxAsync(d => (int?)d.Ordinal, cancellationToken) ?? -1) + 1;
            row = new DeviceRow { Id = id.Value, Name = name, PublicKey = publicKey.ToArray(), Ordinal = ordinal, JoinedAtMs = time.GetUtcNow().ToUnixTimeMilliseconds(), Link = kind };
            rows.Add(row);
        }
        else
        {
            (row.Forgotten, row.Name, row.Draining) = (false, name, false);
        }

        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        if (joinToken is not null)
        {
            tokens.Tell();
        }

        await grains.GetGrain<IDeviceGrain>(id.Value).LoadAsync(ToDomain(row));
        return true;
    }

    public void Linked(DeviceSnapshot device) => _later.Put(device.Id, device);

    public void Learned(DeviceSnapshot device) => _later.Put(device.Id, device);

    public void Seen(DeviceSnapshot device, bool draining) => _later.Put(device.Id, draining && device.State == DeviceState.Online ? device with { State = DeviceState.Draining } : device);

    public async Task RenameAsync(DeviceId id, string name, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<DeviceRow>().Where(d => d.Id == id.Value).ExecuteUpdateAsync(u => u.SetProperty(d => d.Name, name), cancellationToken);
    }

    public async Task SetDrainingAsync(DeviceId id, bool draining, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<DeviceRow>().Where(d => d.Id == id.Value).ExecuteUpdateAsync(u => u.SetProperty(d => d.Draining, draining), cancellationToken);
    }

    public async Task ForgetAsync(DeviceId id, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await db.Set<DeviceRow>().Where(d => d.Id == id.Value).ExecuteUpdateAsync(u => u.SetProperty(d => d.Forgotten, true), cancellationToken);
    }

    public override void Dispose()
    {
        _later.Dispose();
        base.Dispose();
    }

    protected override Task RunAsync(CancellationToken stoppingToken) => _later.RunAsync(stoppingToken);

    private static StoredDevice ToDomain(DeviceRow row) => new(
        new DeviceId(row.Id), row.Name, row.Ordinal, row.Link, row.Draining,
        row.LastSeenMs is { } seen ? DateTimeOffset.FromUnixTimeMilliseconds(seen) : null,
        row.Profile is null ? null : JsonSerializer.Deserialize<DeviceProfile>(row.Profile, CoreJson.Options),
        JsonSerializer.Deserialize<List<LearnedRow>>(row.Calibrations, CoreJson.Options)!.ToImmutableDictionary(c => c.Key, c => c.Value));

    private async Task SaveAsync(IReadOnlyList<DeviceSnapshot> devices, CancellationToken cancellationToken)
    {
        // Before the transaction: jobs wait for its lock.
        var rows = devices.Select(device => (
            Id: device.Id.Value,
            Seen: device.LastSeen?.ToUnixTimeMilliseconds(),
            Profile: device.Profile is null ? null : JsonSerializer.Serialize(device.Profile, CoreJson.Options),
            Calibrations: JsonSerializer.Serialize(device.Calibrations.Select(c => new LearnedRow(c.Key, c.Value)), CoreJson.Options))).ToList();
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var (id, seen, profile, calibrations) in rows)
        {
            await db.Set<DeviceRow>().Where(d => d.Id == id).ExecuteUpdateAsync(
                u => u.SetProperty(d => d.LastSeenMs, seen).SetProperty(d => d.Profile, profile).SetProperty(d => d.Calibrations, calibrations), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record LearnedRow(CalibrationKey Key, Calibration Value);
}
