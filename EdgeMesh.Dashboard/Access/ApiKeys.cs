using System.Security.Cryptography;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// The keys, in memory for reading (one immutable list, replaced by the one writer at a time) and in the database for keeps.
/// </summary>
internal sealed class ApiKeys(IDbContextFactory<MeshDbContext> database, AdminKeyFile adminKey, IDeeds deeds, TimeProvider time) : IApiKeys, IDisposable
{
    public const int LongestName = 64;
    private const string AdminName = "admin";
    /// <summary>How often it is stored when keys and sessions were used.</summary>
    public static readonly TimeSpan StoreUseEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Soon = 2 * StoreUseEvery;

    private readonly SemaphoreSlim writing = new(1, 1);
    private ImmutableArray<Entry> entries = [];

    /// <summary>The key of sessions that began with the printed login URL; null when it was deleted.</summary>
    public ApiKeyInfo? Admin => entries.FirstOrDefault(e => e.Info.IsAdmin)?.Info;

    /// <summary>Reads the keys and makes sure that the secret in <c>admin.key</c> is one: after a new database, a deleted file, or a file put there by hand.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await writing.WaitAsync(cancellationToken);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            var rows = await db.Set<ApiKeyRow>().ToListAsync(cancellationToken);
            var secret = adminKey.ReadOrCreate();
            var hash = Secret.Hash(secret);
            if (!rows.Exists(r => r.Hash.AsSpan().SequenceEqual(hash)))
            {
                var admin = rows.Find(r => r.IsAdmin);
                if (admin is null)
                {
                    admin = new ApiKeyRow { Id = Guid.CreateVersion7(time.GetUtcNow()), Name = AdminName, CreatedAt = time.GetUtcNow(), IsAdmin = true, May = Scopes.Admin };
                    rows.Add(admin);
                    db.Add(admin);
                }

                (admin.Hash, admin.Prefix) = (hash, Secret.Prefix(secret));
                await db.SaveChangesAsync(cancellationToken);
            }

            entries = [.. rows.OrderBy(r => r.CreatedAt).Select(NewEntry)];
        }
        finally
        {
            writing.Release();
        }
    }

    public Task<ImmutableArray<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ApiKeyInfo>>([.. entries.Select(e => e.Current)]);

    public Task<NewApiKey> CreateAsync(string name, Scopes scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return deeds.MakeAsync(
            AuditActions.KeyCreate, $"{name} ({string.Join(", ", scopes.Words())}{(expiresAt is { } end ? $", until {end.UtcDateTime:u}" : "")})", () => MakeAsync(name, scopes, expiresAt, cancellationToken));
    }

    public Task<Problem?> DeleteAsync(Guid id, string? proof, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.KeyDelete, Find(id)?.Info.Name ?? $"{id}", () => RemoveAsync(id, proof, cancellationToken));

    private async Task<NewApiKey> MakeAsync(string name, Scopes scopes, DateTimeOffset? expiresAt, CancellationToken cancellationToken)
    {
        var secret = Secret.New();
        var now = time.GetUtcNow();
        var row = new ApiKeyRow { Id = Guid.CreateVersion7(now), Name = name, Prefix = Secret.Prefix(secret), Hash = Secret.Hash(secret), CreatedAt = now, May = scopes, ExpiresAtMs = expiresAt?.ToUnixTimeMilliseconds() };
        await writing.WaitAsync(cancellationToken);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            db.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            entries = entries.Add(NewEntry(row));
        }
        finally
        {
            writing.Release();
        }

        return new NewApiKey(Info(row), secret);
    }

    private async Task<Problem?> RemoveAsync(Guid id, string? proof, CancellationToken cancellationToken)
    {
        Entry? entry;
        await writing.WaitAsync(cancellationToken);
        try
        {
            entry = Find(id);
            if (entry is null)
            {
                return AccessProblems.KeyUnknown(id);
            }

            if (Refusal(entry, proof) is { } refusal)
            {
                return refusal;
            }

            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.Set<ApiKeyRow>().Where(k => k.Id == id).ExecuteDeleteAsync(cancellationToken);
            if (entry.Info.IsAdmin)
            {
                adminKey.Delete();
            }

            entries = entries.Remove(entry);
        }
        finally
        {
            writing.Release();
        }

        await entry.Revoked.CancelAsync();
        return null;
    }

    public ApiKeyInfo? Verify(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        Entry? found = null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Secret.Hash(secret).CopyTo(hash);
        foreach (var entry in entries)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, entry.Hash))
            {
                found = entry;
            }
        }

        if (found is null || IsOver(found))
        {
            return null;
        }

        found.Use(time.GetUtcNow());
        return found.Current;
    }

    /// <summary>A key that counts now; null when it is gone or over.</summary>
    public ApiKeyInfo? ById(Guid id) => Find(id) is { } entry && !IsOver(entry) ? entry.Current : null;

    public CancellationToken Revoked(Guid id) => Find(id) is { } entry && !IsOver(entry) ? entry.Revoked.Token : new CancellationToken(canceled: true);

    /// <summary>Ends what lives by keys that are over, and has what ends before the next call ended in time; called once a minute.</summary>
    public async Task EndOverAsync()
    {
        foreach (var entry in entries.Where(e => !e.Revoked.IsCancellationRequested))
        {
            if (IsOver(entry))
            {
                await entry.Revoked.CancelAsync();
            }
            else
            {
                EndInTime(entry);
            }
        }
    }

    /// <summary>Stores when keys were last used; called now and then, so that a request never waits for it. What could not be stored is stored the next time.</summary>
    public async Task StoreUseAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Where(e => e.NewUseMs is not null))
        {
            var used = entry.NewUseMs!.Value;
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            var at = DateTimeOffset.FromUnixTimeMilliseconds(used);
            await db.Set<ApiKeyRow>().Where(k => k.Id == entry.Info.Id).ExecuteUpdateAsync(k => k.SetProperty(r => r.LastUsedAt, at), cancellationToken);
            entry.Stored(used);
        }
    }

    public void Dispose() => writing.Dispose();

    private static ApiKeyInfo Info(ApiKeyRow row) => new(row.Id, row.Name, row.Prefix, row.CreatedAt, row.LastUsedAt, row.IsAdmin, row.May, row.ExpiresAtMs is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : null);

    private Entry NewEntry(ApiKeyRow row)
    {
        Entry entry = new(Info(row), row.Hash, time);
        EndInTime(entry);
        return entry;
    }

    // A timer takes 49 days at most, and a key may have years: only what is soon is timed.
    private void EndInTime(Entry entry)
    {
        if (entry.Info.ExpiresAt - time.GetUtcNow() is { } left && left > TimeSpan.Zero && left < Soon)
        {
            entry.Revoked.CancelAfter(left);
        }
    }

    private bool IsOver(Entry entry) => entry.Info.ExpiresAt is { } end && end <= time.GetUtcNow();

    private Problem? Refusal(Entry entry, string? proof)
    {
        if (entry.Info.May.Include(Scopes.Admin) && !entries.Any(e => e != entry && e.Info.May.Include(Scopes.Admin) && e.Info.ExpiresAt is null))
        {
            return AccessProblems.LastKey;
        }

        return entry.Info.IsAdmin && Actors.Current.KeyId != entry.Info.Id && !(proof is not null && CryptographicOperations.FixedTimeEquals(Secret.Hash(proof), entry.Hash))
            ? AccessProblems.KeyProofNeeded
            : null;
    }

    private Entry? Find(Guid id) => entries.FirstOrDefault(e => e.Info.Id == id);

    /// <summary>A key in memory; when it was last used is the only thing that changes.</summary>
    private sealed class Entry(ApiKeyInfo info, byte[] hash, TimeProvider time)
    {
        private long usedMs;
        private long storedMs;

        public ApiKeyInfo Info => info;

        public byte[] Hash => hash;

        public CancellationTokenSource Revoked { get; } = new(Timeout.InfiniteTimeSpan, time);

        public ApiKeyInfo Current => Volatile.Read(ref usedMs) is > 0 and var ms ? info with { LastUsedAt = DateTimeOffset.FromUnixTimeMilliseconds(ms) } : info;

        /// <summary>A use that is not stored yet.</summary>
        public long? NewUseMs => Volatile.Read(ref usedMs) is var used && used > storedMs ? used : null;

        public void Use(DateTimeOffset at) => Volatile.Write(ref usedMs, at.ToUnixTimeMilliseconds());

        public void Stored(long ms) => storedMs = ms;
    }
}
