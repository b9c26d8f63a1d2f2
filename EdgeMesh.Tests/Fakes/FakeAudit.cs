using System.Collections.Concurrent;
using EdgeMesh.Dashboard.Audit;

namespace EdgeMesh.Tests.Fakes;

/// <summary>An audit log in memory.</summary>
public sealed class FakeAudit : IAudit
{
    private readonly ConcurrentQueue<AuditEntry> _lines = new();

    public IReadOnlyList<AuditEntry> Lines => [.. _lines];

    public long? BrokenAt { get; set; }

    public Task AddAsync(Actor actor, string action, string target, string? refusal = null)
    {
        _lines.Enqueue(new AuditEntry(_lines.Count + 1, Samples.Now, actor.Name, actor.From, action, target, refusal ?? ""));
        return Task.CompletedTask;
    }

    public Task<AuditPage> ReadAsync(AuditQuery query, CancellationToken cancellationToken)
    {
        var found = _lines.Reverse().Where(l => (query.Action is null || l.Action == query.Action) && (query.Before is null || l.Sequence < query.Before)).ToList();
        return Task.FromResult(new AuditPage([.. found.Take(query.Limit)], found.Count > query.Limit ? found[query.Limit - 1].Sequence : null));
    }

    public Task<AuditCheck> CheckAsync(CancellationToken cancellationToken) => Task.FromResult(new AuditCheck(_lines.Count, BrokenAt));
}
