using System.Threading.RateLimiting;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Audit;

/// <summary>
/// The audit log in the database: one writer, each line tied to the one before, the oldest lines removed when there are too many. A line that the disk does not take is kept
/// and stored, with the time of the act, when it does.
/// </summary>
internal sealed class AuditLog : SteadyService, IAudit
{
    /// <summary>How many lines are kept; older ones go.</summary>
    public const int Most = 100_000;

    private const int MostWaiting = 10_000;
    private const int PruneEvery = 500;
    private const int LongestText = 300;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    // Strangers may try as often as they like; the log must not be theirs to fill.
    private readonly FixedWindowRateLimiter _strangers = new(new FixedWindowRateLimiterOptions { PermitLimit = 60, Window = TimeSpan.FromMinutes(1) });
    private readonly IDbContextFactory<MeshDbContext> _contexts;
    private readonly TimeProvider _time;
    private readonly RetryingWriter<long, AuditRow> _writer;
    private (long Sequence, byte[] Hash)? _last;
    private long _came;
    private long _untold;

    public AuditLog(IDbContextFactory<MeshDbContext> contexts, TimeProvider time, Steadiness steady)
        : base(steady)
    {
        (_contexts, _time) = (contexts, time);
        _writer = new RetryingWriter<long, AuditRow>(steady, MostWaiting, TimeSpan.Zero, StoreAsync);
    }

    public Task AddAsync(Actor actor, string action, string target, string? refusal = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.May == Scopes.None && !_strangers.AttemptAcquire().IsAcquired)
        {
            Interlocked.Increment(ref _untold);
            return Task.CompletedTask;
        }

        _writer.Put(Interlocked.Increment(ref _came), new AuditRow
        {
            AtMs = _time.GetUtcNow().ToUnixTimeMilliseconds(), Actor = Short(actor.Name), KeyId = actor.KeyId, From = Short(actor.From),
            Action = action, Target = Short(target), Refusal = Short(WithUntold(actor, refusal)),
        });
        return _writer.FlushAsync(CancellationToken.None);
    }

    public async Task<AuditPage> ReadAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        var from = query.From?.ToUnixTimeMilliseconds();
        var rows = await db.Set<AuditRow>().AsNoTracking()
            .Where(a => (from == null || a.AtMs >= from) && (query.Actor == null || a.Actor == query.Actor) && (query.Action == null || a.Action == query.Action)
                && (query.Before == null || a.Sequence < query.Before))
            .OrderByDescending(a => a.Sequence).Take(query.Limit + 1).ToListAsync(cancellationToken);
        return new AuditPage([.. rows.Take(query.Limit).Select(Entry)], rows.Count > query.Limit ? rows[query.Limit - 1].Sequence : null);
    }

    public async Task<AuditCheck> CheckAsync(CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        AuditRow? before = null;
        long lines = 0;
        await foreach (var row in db.Set<AuditRow>().AsNoTracking().OrderBy(a => a.Sequence).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (!AuditChain.Holds(row, before))
            {
                return new AuditCheck(lines, row.Sequence);
            }

            (before, lines) = (row, lines + 1);
        }

        return new AuditCheck(lines, null);
    }

    public override void Dispose()
    {
        _strangers.Dispose();
        _writer.Dispose();
        base.Dispose();
    }

    protected override Task RunAsync(CancellationToken stoppingToken) => _writer.RunAsync(stoppingToken);

    private static AuditEntry Entry(AuditRow row) =>
        new(row.Sequence, DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs), row.Actor, row.From, row.Action, row.Target, row.Refusal);

    // Names come from devices and people: nothing that moves the cursor or turns the line around.
    private static string Short(string text) => PrintableText.Of(text, LongestText);

    private static async Task<(long, byte[])> LastAsync(MeshDbContext db) =>
        await db.Set<AuditRow>().AsNoTracking().OrderByDescending(a => a.Sequence).FirstOrDefaultAsync() is { } last ? (last.Sequence, last.Hash) : (0, AuditChain.Start);

    private async Task StoreAsync(IReadOnlyList<AuditRow> rows, CancellationToken cancellationToken)
    {
        await using var db = await _contexts.CreateDbContextAsync(cancellationToken);
        try
        {
            var isFirst = _last is null;
            var (sequence, hash) = _last ?? await LastAsync(db);
            foreach (var row in rows)
            {
                (row.Sequence, row.Previous) = (++sequence, hash);
                hash = row.Hash = AuditChain.HashOf(row);
                db.Add(row);
            }

            await db.SaveChangesAsync(cancellationToken);
            var before = sequence - rows.Count;
            _last = (sequence, hash);
            if (isFirst || sequence / PruneEvery > before / PruneEvery)
            {
                await TryAsync(() => PruneAsync(db, sequence, cancellationToken));
            }
        }
        catch
        {
            _last = null;
            throw;
        }
    }

    // From the front only: a clock that was wrong for a while leaves old times in the middle, and a gap would look like lines taken out.
    private async Task PruneAsync(MeshDbContext db, long sequence, CancellationToken cancellationToken)
    {
        var oldest = (_time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();
        var firstKept = await db.Set<AuditRow>().Where(a => a.AtMs >= oldest).MinAsync(a => (long?)a.Sequence, cancellationToken) ?? sequence;
        var last = Math.Max(firstKept - 1, sequence - Most);
        await db.Set<AuditRow>().Where(a => a.Sequence <= last).ExecuteDeleteAsync(cancellationToken);
    }

    private string WithUntold(Actor actor, string? refusal) =>
        actor.May == Scopes.None && Interlocked.Exchange(ref _untold, 0) is > 0 and var untold ? $"{refusal} Before it {untold} more tries of strangers were not written down." : refusal ?? "";
}
