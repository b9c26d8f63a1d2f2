using System.Security.Cryptography;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// The keys, in memory for reading (one immutable list, replaced by the one writer at a time) and in the database for keeps.
/// </summary>
internal sealed class ApiKeys(IDbContextFactory<MeshDbContext> database, AdminKeyFile adminKey, TimeProvider time) : IApiKeys, IDisposable
{
    public const int LongestName = 64;
    private const string AdminName = "admin";

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
                    admin = new ApiKeyRow { Id = Guid.CreateVersion7(time.GetUtcNow()), Name = AdminName, CreatedAt = time.GetUtcNow(), IsAdmin = true };
                    rows.Add(admin);
                    db.Add(admin);
                }

                (admin.Hash, admin.Prefix) = (hash, Secret.Prefix(secret));
                await db.SaveChangesAsync(cancellationToken);
            }

            entries = [.. rows.OrderBy(r => r.CreatedAt).Select(r => new Entry(Info(r), r.Hash))];
        }
        finally
        {
            writing.Release();
        }
    }

    public Task<ImmutableArray<ApiKeyInfo>> ListAsync(CancellationToken cancellationToken) =>
        Task.FromResult<ImmutableArray<ApiKeyInfo>>([.. entries.Select(e => e.Current)]);

    public async Task<NewApiKey> CreateAsync(string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        var secret = Secret.New();
        var now = time.GetUtcNow();
        var row = new ApiKeyRow { Id = Guid.CreateVersion7(now), Name = name, Prefix = Secret.Prefix(secret), Hash = Secret.Hash(secret), CreatedAt = now };
        await writing.WaitAsync(cancellationToken);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            db.Add(row);
            await db.SaveChangesAsync(cancellationToken);
            entries = entries.Add(new Entry(Info(row), row.Hash));
        }
        finally
        {
            writing.Release();
        }

        return new NewApiKey(Info(row), secret);
    }

    public async Task<Problem?> DeleteAsync(Guid id, CancellationToken cancellationToken)
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

            if (entries.Length == 1)
            {
                return AccessProblems.LastKey;
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

        found?.Use(time.GetUtcNow());
        return found?.Current;
    }

    public ApiKeyInfo? ById(Guid id) => Find(id)?.Current;

    public CancellationToken Revoked(Guid id) => Find(id)?.Revoked.Token ?? new CancellationToken(canceled: true);

    /// <summary>Stores when keys were last used; called now and then, so that a request never waits for it.</summary>
    public async Task StoreUseAsync(CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Where(e => e.HasNewUse))
        {
            var used = entry.TakeUse();
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.Set<ApiKeyRow>().Where(k => k.Id == entry.Info.Id).ExecuteUpdateAsync(k => k.SetProperty(r => r.LastUsedAt, used), cancellationToken);
        }
    }

    public void Dispose() => writing.Dispose();

    private static ApiKeyInfo Info(ApiKeyRow row) => new(row.Id, row.Name, row.Prefix, row.CreatedAt, row.LastUsedAt, row.IsAdmin);

    private Entry? Find(Guid id) => entries.FirstOrDefault(e => e.Info.Id == id);

    /// <summary>A key in memory; when it was last used is the only thing that changes.</summary>
    private sealed class Entry(ApiKeyInfo info, byte[] hash)
    {
        private long usedMs;
        private long storedMs;

        public ApiKeyInfo Info => info;

        public byte[] Hash => hash;

        public CancellationTokenSource Revoked { get; } = new();

        public ApiKeyInfo Current => Volatile.Read(ref usedMs) is > 0 and var ms ? info with { LastUsedAt = DateTimeOffset.FromUnixTimeMilliseconds(ms) } : info;

        public bool HasNewUse => Volatile.Read(ref usedMs) > storedMs;

        public void Use(DateTimeOffset at) => Volatile.Write(ref usedMs, at.ToUnixTimeMilliseconds());

        public DateTimeOffset TakeUse() => DateTimeOffset.FromUnixTimeMilliseconds(storedMs = Volatile.Read(ref usedMs));
    }
}
