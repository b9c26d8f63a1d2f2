using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Work that was placed a moment ago and that the fleet's snapshot does not show yet. A burst decides faster than devices tell what they hold, so each decision counts
/// what the ones before it placed, until a snapshot of that device has it. Thread-safe.
/// </summary>
public sealed class PlacedWork(FleetFeed feed)
{
    private readonly Lock _gate = new();
    private readonly List<Placed> _placed = [];

    /// <summary>The fleet as the next decision has to see it.</summary>
    public FleetSnapshot Current
    {
        get
        {
            lock (_gate)
            {
                return Over(feed.Current);
            }
        }
    }

    /// <summary>Decides on a job; of two that come at the same time the second sees what the first placed.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="decide">Gets the fleet.</param>
    public PlanResult Decide(JobId job, JobRequest request, string caller, Func<FleetSnapshot, PlanResult> decide)
    {
        if (Planner.TaskOf(request.Kind).Kind.IsLight())
        {
            return decide(feed.Current);
        }

        lock (_gate)
        {
            var result = decide(Over(feed.Current));
            if (result.Plan is { } plan)
            {
                for (var i = 0; i < plan.Tasks.Length && plan.Tasks[i].Stage == 0; i++)
                {
                    var task = plan.Tasks[i];
                    var text = request.Text.AsSpan(Math.Min(task.Input.Start, request.Text.Length));
                    _placed.Add(new(new(job, task.Id, 1), task, plan.Placements[i], TaskLoad.CharsOf(task.Input.Length ?? text.Length, task.Options), caller, null));
                }
            }

            return result;
        }
    }

    /// <summary>Attempts that were placed otherwise: again, or because their stage opened.</summary>
    public void Add(IEnumerable<AttemptOrder> orders)
    {
        lock (_gate)
        {
            _placed.AddRange(orders.Where(o => !o.Task.Kind.IsLight()).Select(o => new Placed(o.Id, o.Task, o.Placement, o.Chars, o.Caller, null)));
        }
    }

    /// <summary>Their device has them in its books: the fleet's snapshot shows them from this version on.</summary>
    public void Told(HashSet<AttemptId> attempts, long version)
    {
        lock (_gate)
        {
            for (var i = 0; i < _placed.Count; i++)
            {
                _placed[i] = attempts.Contains(_placed[i].Attempt) ? _placed[i] with { InVersion = version } : _placed[i];
            }
        }
    }

    /// <summary>The placing of these is over: those that no device has will not come.</summary>
    public void Settle(Func<AttemptId, bool> which)
    {
        lock (_gate)
        {
            _placed.RemoveAll(p => p.InVersion is null && which(p.Attempt));
        }
    }

    private FleetSnapshot Over(FleetSnapshot fleet)
    {
        _placed.RemoveAll(p => p.InVersion <= fleet.Version);
        if (_placed.Count == 0)
        {
            return fleet;
        }

        var byDevice = _placed.ToLookup(p => p.Placement.Device);
        return fleet with { Devices = [.. fleet.Devices.Select(d => byDevice[d.Id].Aggregate(d, (device, p) => device.With(p.Task, p.Placement, p.Chars, p.Caller)))] };
    }

    private sealed record Placed(AttemptId Attempt, PlannedTask Task, TaskPlacement Placement, int Chars, string Caller, long? InVersion);
}
