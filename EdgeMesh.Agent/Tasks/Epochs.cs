using System.Collections.Concurrent;

namespace EdgeMesh.Agent.Tasks;

/// <summary>The highest epoch that each orchestrator named: its newest start, as far as this device knows. Thread-safe.</summary>
public sealed class Epochs
{
    private readonly ConcurrentDictionary<string, long> _highest = new();

    /// <summary>Why an order of this epoch is not followed, in words; null when it may be.</summary>
    /// <param name="epoch">0 (not told) is always followed.</param>
    public string? Refuse(string caller, long epoch)
    {
        if (epoch == 0)
        {
            return null;
        }

        var highest = _highest.AddOrUpdate(caller, epoch, (_, known) => Math.Max(known, epoch));
        return highest == epoch
            ? null
            : $"This order comes from an earlier start of the dashboard (epoch {epoch}, the newest known here is {highest}), so it is not followed. If two dashboards run on copies of one data directory, stop one of them.";
    }
}
