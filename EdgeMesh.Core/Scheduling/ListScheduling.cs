namespace EdgeMesh.Core.Scheduling;

/// <summary>A place where tasks can go, and what each of them takes there.</summary>
/// <param name="Lane">What is there already.</param>
/// <param name="WorkMs">Milliseconds of one task, without its waiting.</param>
public readonly record struct WorkPlace(LaneSchedule Lane, double WorkMs);

/// <summary>Where and when a task gets its turn.</summary>
/// <param name="Place">The index of the place.</param>
/// <param name="WaitMs">Milliseconds until a slot there is free for it.</param>
public readonly record struct Turn(int Place, double WaitMs);

/// <summary>
/// List scheduling (Graham, "Bounds on multiprocessing timing anomalies", 1969): tasks in order, each to the place that would end it first. The one way in which work
/// is given to lanes: the preview, a plan's stage, a task that is placed again. Pure.
/// </summary>
public static class ListScheduling
{
    private const double LeastMs = 0.01;

    /// <summary>Milliseconds until a lane has a slot for one more attempt of nobody in particular.</summary>
    public static double Wait(Lane lane) => Wait(lane, "");

    /// <summary>Milliseconds until a lane has a slot for one more attempt of a caller, by what runs and waits there before it; 0 when one is free.</summary>
    public static double Wait(Lane lane, string caller)
    {
        ArgumentNullException.ThrowIfNull(lane);
        return lane.WaitingMs.IsEmpty && lane.RunningMs.Length < lane.Slots ? 0 : new LaneSchedule(lane, 0, caller).WaitMs;
    }

    /// <summary>Milliseconds until the first of all attempts that run in these lanes is likely to end; null when none runs.</summary>
    public static double? NextEnd(IEnumerable<Lane> lanes) => lanes.SelectMany(l => l.RunningMs).Select(ms => (double?)ms).Min();

    /// <summary>Gives each of so many equal tasks to the place that ends it first; of equals to the first.</summary>
    /// <param name="places">At least one; their lanes are changed.</param>
    /// <param name="tasks">How many.</param>
    /// <returns>A turn for each task, in order.</returns>
    public static ImmutableArray<Turn> Assign(IReadOnlyList<WorkPlace> places, int tasks)
    {
        ArgumentNullException.ThrowIfNull(places);
        ArgumentOutOfRangeException.ThrowIfZero(places.Count);
        var ends = new PriorityQueue<int, (double EndMs, int Index)>(places.Count);
        for (var i = 0; i < places.Count; i++)
        {
            ends.Enqueue(i, End(i));
        }

        var turns = ImmutableArray.CreateBuilder<Turn>(tasks);
        while (turns.Count < tasks)
        {
            var soonest = ends.Dequeue();
            turns.Add(new Turn(soonest, places[soonest].Lane.Add(Math.Max(LeastMs, places[soonest].WorkMs))));
            ends.Enqueue(soonest, End(soonest));
        }

        return turns.MoveToImmutable();

        (double, int) End(int place) => (places[place].Lane.WaitMs + Math.Max(LeastMs, places[place].WorkMs), place);
    }
}
