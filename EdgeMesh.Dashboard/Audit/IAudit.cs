namespace EdgeMesh.Dashboard.Audit;

/// <summary>Who did what, when and from where: written once, kept in order, never with a prompt, an answer or a secret. Thread-safe.</summary>
public interface IAudit
{
    /// <summary>Writes a line. A disk that cannot take it is told in the log; what was done stays done.</summary>
    /// <param name="action">Such as <see cref="AuditActions.KeyDelete"/>.</param>
    /// <param name="target">What it was done to, in a few words.</param>
    /// <param name="refusal">Why it was refused; null when it was done.</param>
    Task AddAsync(Actor actor, string action, string target, string? refusal = null);

    /// <summary>Lines, the newest first.</summary>
    Task<AuditPage> ReadAsync(AuditQuery query, CancellationToken cancellationToken);

    /// <summary>Reads every line and checks that each follows the one before.</summary>
    Task<AuditCheck> CheckAsync(CancellationToken cancellationToken);
}

/// <param name="Sequence">From 1, without gaps.</param>
/// <param name="Actor">The name of the key, <c>the dashboard</c> or <c>nobody</c>.</param>
/// <param name="Action">One of <see cref="AuditActions"/>.</param>
/// <param name="Refusal">Why it was refused; empty when it was done.</param>
public sealed record AuditEntry(long Sequence, DateTimeOffset At, string Actor, string From, string Action, string Target, string Refusal);

/// <summary>A filter; null is any.</summary>
/// <param name="From">Not older than this.</param>
/// <param name="Limit">1 to 200.</param>
/// <param name="Before">Lines with a smaller sequence; from <see cref="AuditPage.NextBefore"/>.</param>
public sealed record AuditQuery(DateTimeOffset? From, string? Actor, string? Action, int Limit, long? Before);

/// <param name="NextBefore">Where the next page begins; null when there is none.</param>
public sealed record AuditPage(ImmutableArray<AuditEntry> Items, long? NextBefore);

/// <param name="Lines">How many were read.</param>
/// <param name="BrokenAt">The first line that was changed or does not follow the one before; null when all hold.</param>
public sealed record AuditCheck(long Lines, long? BrokenAt);
