using System.Net;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>
/// The sessions, in memory for reading (one immutable list, replaced by one writer at a time) and in the database for keeps. A browser sends its
/// cookie to every port of a host, so a session has a second secret for each origin (scheme, host and port) at which it was begun: it is kept in the page's own
/// storage, which other ports cannot read.
/// </summary>
internal sealed class Sessions(IDbContextFactory<MeshDbContext> database, ApiKeys keys, IDeeds deeds, TimeProvider time) : ISessions, IDisposable
{
    /// <summary>How long a session lasts that nobody uses.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromDays(14);

    /// <summary>How long a session lasts at most.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(90);

    private const int Most = 200;
    private const int MostOrigins = 8;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private ImmutableDictionary<Guid, Entry> _entries = ImmutableDictionary<Guid, Entry>.Empty;

    /// <summary>Reads the sessions; those that are over are removed a little later.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            var rows = await db.Set<SessionRow>().ToListAsync(cancellationToken);
            _entries = rows.Select(r => new Entry(r, time)).ToImmutableDictionary(e => e.Row.Id);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Begins a session, or adds an origin to the one that the browser already has by the same key. The origin's secret is told this once.</summary>
    public async Task<(Guid Id, string OriginSecret)> BeginAsync(Guid key, Guid? present, IPAddress? address, string? userAgent, CancellationToken cancellationToken)
    {
        var secret = Base32.Encode(RandomNumberGenerator.GetBytes(20));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            var old = Good(present, key);
            var row = old?.Row ?? new SessionRow
            {
                Id = Guid.CreateVersion7(time.GetUtcNow()), KeyId = key, CreatedAtMs = now, Address = Actor.Shown(address), Browser = BrowserName.Of(userAgent),
            };
            byte[] origins = [.. row.Origins, .. Secret.Hash(secret)];
            row.Origins = origins[^Math.Min(origins.Length, MostOrigins * SHA256.HashSizeInBytes)..];
            row.LastSeenAtMs = now;
            if (old is null)
            {
                db.Add(row);
                await RemoveOldestAsync(db, cancellationToken);
            }
            else
            {
                db.Update(row);
            }

            await db.SaveChangesAsync(cancellationToken);
            _entries = _entries.SetItem(row.Id, old ?? new Entry(row, time));
            return (row.Id, secret);
        }
        finally
        {
            _writing.Release();
        }
    }

    public ImmutableArray<SessionInfo> List() =>
        [.. _entries.Values.Where(IsGood).Select(e => e.Info(keys.ById(e.Row.KeyId)?.Name ?? "")).OrderByDescending(s => s.LastSeenAt)];

    public Task<Problem?> EndAsync(Guid id, CancellationToken cancellationToken) =>
        deeds.DoAsync(AuditActions.SignOut, List().FirstOrDefault(s => s.Id == id)?.Browser ?? $"{id}", async () =>
            await EndAsync(id, TimeSpan.Zero, cancellationToken) ? null : AccessProblems.SessionUnknown(id));

    /// <summary>Ends a session, whoever acts; false when there is none with this id. At once for what is asked from now on, after a while for what is open. Whoever signs out is shown the login page meanwhile.</summary>
    public async Task<bool> EndAsync(Guid id, TimeSpan cutAfter, CancellationToken cancellationToken)
    {
        if (_entries.GetValueOrDefault(id) is not { } entry)
        {
            return false;
        }

        entry.IsOver = true;
        entry.Ended.CancelAfter(cutAfter);
        try
        {
            await RemoveAsync(id, cancellationToken);
        }
        catch (Exception e) when (StorageFailure.Of(e) is not null)
        {
            // It is over all the same; its row goes when something can be stored again.
        }

        return true;
    }

    /// <summary>Where a session was begun from; empty when there is none.</summary>
    public string AddressOf(Guid id) => _entries.GetValueOrDefault(id)?.Row.Address ?? "";

    public CancellationToken Ended(Guid id) => _entries.GetValueOrDefault(id)?.Ended.Token ?? new CancellationToken(canceled: true);

    /// <summary>Whether the session is good; if so it was seen now.</summary>
    public bool See(Guid id)
    {
        if (_entries.GetValueOrDefault(id) is not { } entry || !IsGood(entry))
        {
            return false;
        }

        entry.See(time.GetUtcNow());
        return true;
    }

    /// <summary>Whether the secret is one of the session's origins; compares in constant time.</summary>
    public bool IsOrigin(Guid id, string secret)
    {
        var hash = Secret.Hash(secret);
        return Origins(id).Any(o => CryptographicOperations.FixedTimeEquals(o, hash));
    }

    /// <summary>What lets this session, and only it, get this one path by a plain link.</summary>
    public string Mark(Guid id, string path) => Origins(id).LastOrDefault() is { } newest ? MarkOf(newest, path) : "";

    /// <summary>Whether the mark is of this session and path; compares in constant time.</summary>
    public bool IsMark(Guid id, string path, string mark)
    {
        var given = Encoding.UTF8.GetBytes(mark);
        return Origins(id).Any(o => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(MarkOf(o, path)), given));
    }

    /// <summary>Ends what lives by sessions that are over; called now and then.</summary>
    public async Task EndOverAsync()
    {
        foreach (var over in _entries.Values.Where(e => !IsGood(e)))
        {
            await over.Ended.CancelAsync();
        }
    }

    /// <summary>
    /// Stores when sessions were last seen and removes what is over; called now and then, so that a request never waits for it. What could not be stored is stored the next time.
    /// </summary>
    public async Task StoreUseAsync(CancellationToken cancellationToken)
    {
        foreach (var over in _entries.Values.Where(e => !IsGood(e)).ToList())
        {
            await RemoveAsync(over.Row.Id, cancellationToken);
        }

        await using var db = await database.CreateDbContextAsync(cancellationToken);
        foreach (var entry in _entries.Values.Where(e => e.NewUseMs is not null))
        {
            var seen = entry.NewUseMs!.Value;
            await db.Set<SessionRow>().Where(s => s.Id == entry.Row.Id).ExecuteUpdateAsync(s => s.SetProperty(r => r.LastSeenAtMs, seen), cancellationToken);
            entry.Stored(seen);
        }
    }

    public void Dispose() => _writing.Dispose();

    private static string MarkOf(byte[] origin, string path) => Base32.Encode(HMACSHA256.HashData(origin, Encoding.UTF8.GetBytes(path)).AsSpan(0, 20));

    private IEnumerable<byte[]> Origins(Guid id) => _entries.GetValueOrDefault(id) is { } entry && IsGood(entry) ? entry.Row.Origins.Chunk(SHA256.HashSizeInBytes) : [];

    private Entry? Good(Guid? id, Guid key) => _entries.GetValueOrDefault(id ?? Guid.Empty) is { } entry && entry.Row.KeyId == key && IsGood(entry) ? entry : null;

    private bool IsGood(Entry entry)
    {
        var now = time.GetUtcNow();
        return !entry.IsOver && !keys.Revoked(entry.Row.KeyId).IsCancellationRequested && now - entry.LastSeenAt < Idle && now - entry.CreatedAt < Longest;
    }

    private async Task RemoveAsync(Guid id, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await using var db = await database.CreateDbContextAsync(cancellationToken);
            await db.Set<SessionRow>().Where(s => s.Id == id).ExecuteDeleteAsync(cancellationToken);
            _entries = _entries.Remove(id);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task RemoveOldestAsync(MeshDbContext db, CancellationToken cancellationToken)
    {
        foreach (var old in _entries.Values.OrderBy(e => e.LastSeenAt).Take(_entries.Count + 1 - Most).ToList())
        {
            await db.Set<SessionRow>().Where(s => s.Id == old.Row.Id).ExecuteDeleteAsync(cancellationToken);
            _entries = _entries.Remove(old.Row.Id);
            await old.Ended.CancelAsync();
        }
    }

    /// <summary>A session in memory; its origins change under the writer, and when it was last seen at any time.</summary>
    private sealed class Entry(SessionRow row, TimeProvider time)
    {
        private long _seenMs = row.LastSeenAtMs;
        private long _storedMs = row.LastSeenAtMs;

        public SessionRow Row => row;

        /// <summary>It was ended, whether or not its row is gone.</summary>
        public volatile bool IsOver;

        public CancellationTokenSource Ended { get; } = new(Timeout.InfiniteTimeSpan, time);

        public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeMilliseconds(row.CreatedAtMs);

        public DateTimeOffset LastSeenAt => DateTimeOffset.FromUnixTimeMilliseconds(Volatile.Read(ref _seenMs));

        /// <summary>A use that is not stored yet.</summary>
        public long? NewUseMs => Volatile.Read(ref _seenMs) is var seen && seen > _storedMs ? seen : null;

        public SessionInfo Info(string key) => new(row.Id, row.KeyId, key, CreatedAt, LastSeenAt, row.Address, row.Browser);

        public void See(DateTimeOffset at) => Volatile.Write(ref _seenMs, at.ToUnixTimeMilliseconds());

        public void Stored(long ms) => _storedMs = ms;
    }
}
