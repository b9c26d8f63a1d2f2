using System.Collections.Concurrent;

namespace EdgeMesh.Agent.Link;

/// <summary>Which of an agent's diallers has the link to which orchestrator: two addresses may turn out to be one. Thread-safe.</summary>
public sealed class LinkClaims
{
    private readonly ConcurrentDictionary<string, object> _owners = new();

    /// <summary>False when another one has it.</summary>
    public bool TryTake(string orchestratorId, object owner) => ReferenceEquals(_owners.GetOrAdd(orchestratorId, owner), owner);

    /// <summary>Gives up what this one has.</summary>
    public void Release(object owner)
    {
        foreach (var claim in _owners.Where(c => ReferenceEquals(c.Value, owner)))
        {
            _owners.TryRemove(claim);
        }
    }
}
