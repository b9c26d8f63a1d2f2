using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Faults;

/// <summary>The faults that wait for their requests. First armed, first to hit.</summary>
public sealed class FaultBoard
{
    private readonly Lock _gate = new();
    private readonly List<Fault> _armed = [];

    /// <summary>Faults that have hits left, each with how many.</summary>
    public IReadOnlyList<Fault> Armed
    {
        get
        {
            lock (_gate)
            {
                return [.. _armed];
            }
        }
    }

    /// <summary>Makes the next requests that match fail.</summary>
    public void Arm(Fault fault)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(fault.Count);
        ArgumentOutOfRangeException.ThrowIfLessThan(fault.Status, 100);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fault.Status, 599);
        lock (_gate)
        {
            _armed.Add(fault);
        }
    }

    /// <summary>All is well again.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _armed.Clear();
        }
    }

    internal Fault? TakeForRequest(string method, string path) => Take(f =>
        f.Kind is not (FaultKind.JobStuck or FaultKind.JobFails)
        && path.Contains(f.Path, StringComparison.Ordinal)
        && (f.Method is null || f.Method.Equals(method, StringComparison.OrdinalIgnoreCase)));

    internal Fault? TakeForJob(JobType type) => Take(f =>
        f.Kind is FaultKind.JobStuck or FaultKind.JobFails
        && (f.Path.Length == 0 || f.Path.Equals(type.ToString(), StringComparison.OrdinalIgnoreCase)));

    private Fault? Take(Predicate<Fault> hits)
    {
        lock (_gate)
        {
            int index = _armed.FindIndex(hits);
            if (index < 0)
            {
                return null;
            }

            var fault = _armed[index];
            if (fault.Count > 1)
            {
                _armed[index] = fault with { Count = fault.Count - 1 };
            }
            else
            {
                _armed.RemoveAt(index);
            }

            return fault;
        }
    }
}
