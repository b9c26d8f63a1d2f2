using System.Data.Common;
using System.Threading.RateLimiting;
using EdgeMesh.Dashboard.Storage;
using Microsoft.EntityFrameworkCore;

namespace EdgeMesh.Dashboard.Audit;

/// <summary>The audit log in the database: one writer, each line tied to the one before, the oldest lines removed when there are too many.</summary>
internal sealed partial class AuditLog(IDbContextFactory<MeshDbContext> contexts, TimeProvider time, ILogger<AuditLog> logger) : IAudit, IDisposable
{
    /// <summary>How many lines are kept; older ones go.</summary>
    public const int Most = 100_000;

    private const int PruneEvery = 500;
    private const int LongestText = 300;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    // Strangers may try as often as they like; the log must not be theirs to fill.
    private readonly FixedWindowRateLimiter _strangers = new(new FixedWindowRateLimiterOptions { PermitLimit = 60, Window = TimeSpan.FromMinutes(1) });
    private readonly SemaphoreSlim _writing = new(1, 1);
    private (long Sequence, byte[] Hash)? _last;
    private long _untold;

    public async Task AddAsync(Actor actor, string action, string target, string? refusal = null)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.May == Scopes.None && !_strangers.AttemptAcquire().IsAcquired)
        {
            Interlocked.Increment(ref _untold);
            return;
        }

        await _writing.WaitAsync();
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            var (sequence, hash) = _last ??= await LastAsync(db);
            var row = new AuditRow
            {
                Sequence = sequence + 1, AtMs = time.GetUtcNow().ToUnixTimeMilliseconds(), Actor = Short(actor.Name), KeyId = actor.KeyId, From = Short(actor.From),
                Action = action, Target = Short(target), Refusal = Short(WithUntold(actor, refusal)), Previous = hash,
            };
            row.Hash = AuditChain.HashOf(row);
            db.Add(row);
            await db.SaveChangesAsync();
            _last = (row.Sequence, row.Hash);
            if (row.Sequence % PruneEvery == 0)
            {
                var oldest = (time.GetUtcNow() - Kept).ToUnixTimeMilliseconds();
                await db.Set<AuditRow>().Where(a => a.Sequence <= row.Sequence - Most || a.AtMs < oldest).ExecuteDeleteAsync();
            }
        }
        catch (Exception e) when (e is DbUpdateException or DbException or IOException)
        {
            _last = null;
            LogLost(logger, actor.Name, action, target, e.Message);
        }
        finally
        {
            _writing.Release();
        }
    }

    public async Task<AuditPage> ReadAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        var from = query.From?.ToUnixTimeMilliseconds();
        var rows = await db.Set<AuditRow>().AsNoTracking()
            .Where(a => (from == null || a.AtMs >= from) && (query.Actor == null || a.Actor == query.Actor) && (query.Action == null || a.Action == query.Action)
                && (query.Before == null || a.Sequence < query.Before))
            .OrderByDescending(a => a.Sequence).Take(query.Limit + 1).ToListAsync(cancellationToken);
        return new AuditPage([.. rows.Take(query.Limit).Select(Entry)], rows.Count > query.Limit ? rows[query.Limit - 1].Sequence : null);
    }

    public async Task<AuditCheck> CheckAsync(CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
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

    public void Dispose()
    {
        _strangers.Dispose();
        _writing.Dispose();
    }

    private static AuditEntry Entry(AuditRow row) =>
        new(row.Sequence, DateTimeOffset.FromUnixTimeMilliseconds(row.AtMs), row.Actor, row.From, row.Action, row.Target, row.Refusal);

    // Names come from devices and people: nothing that moves the cursor or turns the line around.
    private static string Short(string text) => PrintableText.Of(text, LongestText);

    private static async Task<(long, byte[])> LastAsync(MeshDbContext db) =>
        await db.Set<AuditRow>().AsNoTracking().OrderByDescending(a => a.Sequence).FirstOrDefaultAsync() is { } last ? (last.Sequence, last.Hash) : (0, AuditChain.Start);

    private string WithUntold(Actor actor, string? refusal) =>
        actor.May == Scopes.None && Interlocked.Exchange(ref _untold, 0) is > 0 and var untold ? $"{refusal} Before it {untold} more tries of strangers were not written down." : refusal ?? "";

    [LoggerMessage(2101, LogLevel.Error, "{Actor} did {Action} {Target}, and the audit log could not take it: {Reason}")]
    private static partial void LogLost(ILogger logger, string actor, string action, string target, string reason);
}
