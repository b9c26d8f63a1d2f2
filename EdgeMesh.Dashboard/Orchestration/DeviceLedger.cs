using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>How far an attempt is that runs.</summary>
/// <param name="ElapsedMs">Milliseconds since it began on the device.</param>
/// <param name="Progress">The share that is done, 0 to 1; null when it is not told.</param>
public readonly record struct AttemptPulse(double ElapsedMs, double? Progress);

/// <summary>What a device has to do at one moment.</summary>
/// <param name="Lanes">One for each runtime that has something to do.</param>
/// <param name="Running">In the order in which the device got them.</param>
/// <param name="Waiting">Attempts that wait for their turn, here or on the device.</param>
/// <param name="ReservedMb">MiB that the attempts in flight were priced at.</param>
public readonly record struct DeviceWork(ImmutableArray<Lane> Lanes, ImmutableArray<AttemptOrder> Running, int Waiting, double ReservedMb);

/// <summary>
/// The books of one device: attempts that it has (in flight) and attempts that wait here until it may have them. Each runtime is a lane that gets its slots and a few
/// more, so that it never idles between two attempts and the rest can still be cancelled and moved here; light attempts go past all of them. Knows no clock and no
/// link: what it says follows from what it was told. Not thread-safe; it belongs to the device's grain.
/// </summary>
public sealed class DeviceLedger
{
    /// <summary>Attempts that a lane has on the device beyond its slots.</summary>
    public const int LookAhead = 2;

    private const string Light = "";
    private readonly SortedDictionary<string, LaneQueue> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<AttemptId, (AttemptOrder Order, long Turn)> _inFlight = [];
    private readonly HashSet<AttemptId> _waiting = [];
    private long _turns;

    /// <summary>Whether the device has nothing to do.</summary>
    public bool IsEmpty => _inFlight.Count + _waiting.Count == 0;

    /// <summary>Whether the device has this attempt.</summary>
    public bool IsInFlight(AttemptId attempt) => _inFlight.ContainsKey(attempt);

    /// <summary>One more attempt that waits, behind the others of its lane.</summary>
    /// <returns>False when it is here already: an order that comes twice is one.</returns>
    public bool Add(AttemptOrder order)
    {
        if (_inFlight.ContainsKey(order.Id) || !_waiting.Add(order.Id))
        {
            return false;
        }

        QueueOf(order).Waiting.Enqueue(order);
        return true;
    }

    /// <summary>The next attempt that the device may have now, which is in flight from then on; null when there is none.</summary>
    /// <param name="runtimes">As the device reports them: their slots count.</param>
    /// <param name="most">Attempts that a lane, and that all light ones together, may have in flight.</param>
    public AttemptOrder? Next(ImmutableArray<RuntimeInfo> runtimes, int most)
    {
        // The lane of light attempts sorts first.
        foreach (var (lane, queue) in _queues)
        {
            if (queue.Waiting.Count > 0 && queue.InFlight < (IsLight(lane) ? most : Math.Min(most, Slots(runtimes, lane) + LookAhead)))
            {
                var order = queue.Waiting.Dequeue();
                _waiting.Remove(order.Id);
                queue.InFlight++;
                _inFlight.Add(order.Id, (order, ++_turns));
                return order;
            }
        }

        return null;
    }

    /// <summary>Removes an attempt that still waits here; null when it does not.</summary>
    public AttemptOrder? TakeBack(AttemptId attempt)
    {
        if (!_waiting.Remove(attempt))
        {
            return null;
        }

        var queue = _queues.Values.First(q => q.Waiting.Any(o => o.Id == attempt));
        var found = queue.Waiting.First(o => o.Id == attempt);
        queue.Waiting = new Queue<AttemptOrder>(queue.Waiting.Where(o => o.Id != attempt));
        return found;
    }

    /// <summary>Removes an attempt that was in flight; null when it was not.</summary>
    public AttemptOrder? Ended(AttemptId attempt)
    {
        if (!_inFlight.Remove(attempt, out var found))
        {
            return null;
        }

        QueueOf(found.Order).InFlight--;
        return found.Order;
    }

    /// <summary>Removes everything: the device is gone.</summary>
    /// <returns>What it had and what waited, in that order.</returns>
    public ImmutableArray<AttemptOrder> Clear()
    {
        ImmutableArray<AttemptOrder> all = [.. InFlight(), .. _queues.Values.SelectMany(q => q.Waiting)];
        _inFlight.Clear();
        _waiting.Clear();
        _queues.Clear();
        return all;
    }

    /// <summary>What there is to do.</summary>
    /// <param name="runtimes">As the device reports them.</param>
    /// <param name="pulse">How far an attempt is; null while it has not begun.</param>
    public DeviceWork Look(ImmutableArray<RuntimeInfo> runtimes, Func<AttemptOrder, AttemptPulse?> pulse)
    {
        var lanes = ImmutableArray.CreateBuilder<Lane>();
        var (running, waiting, reserved) = (new List<AttemptOrder>(), 0, 0.0);
        var inFlight = InFlight().ToLookup(LaneOf);
        foreach (var (lane, queue) in _queues)
        {
            waiting += queue.Waiting.Count;
            reserved += inFlight[lane].Sum(o => o.Placement.Predicted.RamMb ?? 0);
            if (IsLight(lane))
            {
                running.AddRange(inFlight[lane]);
                continue;
            }

            // What has begun runs; what was sent a moment ago and has a slot will have begun in another one.
            var slots = Slots(runtimes, lane);
            var has = inFlight[lane].Select(o => (Order: o, Pulse: pulse(o))).OrderByDescending(a => a.Pulse is not null).ToList();
            var runs = Math.Max(Math.Min(slots, has.Count), has.Count(a => a.Pulse is not null));
            running.AddRange(has.Take(runs).Select(a => a.Order));
            waiting += has.Count - runs;
            if (has.Count + queue.Waiting.Count > 0)
            {
                lanes.Add(new Lane(lane, slots, [.. has.Take(runs).Select(a => Left(a.Order, a.Pulse))], [.. has.Skip(runs).Select(a => Own(a.Order)), .. queue.Waiting.Select(Own)]));
            }
        }

        return new DeviceWork(lanes.ToImmutable(), [.. running], waiting, reserved);
    }

    private static double Own(AttemptOrder order) => Math.Max(Remaining.LeastMs, order.Placement.Predicted.WorkP50Ms);

    private static double Left(AttemptOrder order, AttemptPulse? pulse) => pulse is not { } now ? Own(order)
        : Remaining.Of(order.Placement.Predicted.WorkP50Ms, order.Placement.Predicted.WorkP90Ms, now.ElapsedMs, now.Progress);

    private static int Slots(ImmutableArray<RuntimeInfo> runtimes, string runtimeId) => Lane.SlotsOf(runtimes.FirstOrDefault(r => r.Id == runtimeId)?.Slots);

    private static bool IsLight(string lane) => lane.Length == 0;

    private static string LaneOf(AttemptOrder order) => order.Task.Kind.IsLight() ? Light : order.Placement.RuntimeId;

    private IEnumerable<AttemptOrder> InFlight() => _inFlight.Values.OrderBy(f => f.Turn).Select(f => f.Order);

    private LaneQueue QueueOf(AttemptOrder order)
    {
        var lane = LaneOf(order);
        return _queues.TryGetValue(lane, out var queue) ? queue : _queues[lane] = new LaneQueue();
    }

    private sealed class LaneQueue
    {
        public Queue<AttemptOrder> Waiting { get; set; } = new();

        public int InFlight { get; set; }
    }
}
