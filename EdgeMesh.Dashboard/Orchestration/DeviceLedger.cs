using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
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
/// <param name="InUse">The models that attempts in flight use, with the memory that is promised for them.</param>
public readonly record struct DeviceWork(ImmutableArray<Lane> Lanes, ImmutableArray<AttemptOrder> Running, int Waiting, ImmutableArray<ModelUse> InUse);

/// <summary>An attempt whose turn has come.</summary>
/// <param name="NoMemory">Why the device cannot have it, whatever ends there; null when it can.</param>
public readonly record struct DueAttempt(AttemptOrder Order, string? NoMemory);

/// <summary>
/// The books of one device: attempts that it has (in flight) and attempts that wait here until it may have them. Each runtime is a lane that gets its slots and a few
/// more, so that it never idles between two attempts and the rest can still be cancelled and moved here, and takes turns between callers; light attempts go past all of them. An attempt for which there is
/// no memory yet waits, and what came after it too, so that the memory gets free. Knows no clock and no link: what it says follows from what it was told. Not
/// thread-safe; it belongs to the device's grain.
/// </summary>
public sealed class DeviceLedger
{
    private const string Light = "";
    private readonly SortedDictionary<string, LaneQueue> _queues = new(StringComparer.Ordinal);
    private readonly Dictionary<AttemptId, Sent> _inFlight = [];
    private readonly HashSet<AttemptId> _waiting = [];
    private long _added;
    private long _sent;

    /// <summary>Whether the device has nothing to do.</summary>
    public bool IsEmpty => _inFlight.Count + _waiting.Count == 0;

    /// <summary>Everything that the device has or shall have.</summary>
    public ImmutableHashSet<AttemptId> All => [.. _inFlight.Keys, .. _waiting];

    /// <summary>The attempt, when the device has it.</summary>
    public AttemptOrder? InFlight(AttemptId attempt) => _inFlight.TryGetValue(attempt, out var found) ? found.Order : null;

    /// <summary>An attempt that the device has already, as far as is known.</summary>
    /// <returns>False when it is here already.</returns>
    public bool AddInFlight(AttemptOrder order)
    {
        if (_waiting.Contains(order.Id) || _inFlight.ContainsKey(order.Id))
        {
            return false;
        }

        Fly(order, null);
        return true;
    }

    /// <summary>One more attempt that waits, behind the others of its caller in its lane.</summary>
    /// <returns>False when it is here already: an order that comes twice is one.</returns>
    public bool Add(AttemptOrder order)
    {
        if (_inFlight.ContainsKey(order.Id) || !_waiting.Add(order.Id))
        {
            return false;
        }

        QueueOf(order).Waiting.Add(order.Caller, order, Own(order), ++_added);
        return true;
    }

    /// <summary>Whether its lane has a slot for one more attempt now, and nothing waits that it would delay.</summary>
    public bool IsFreeFor(AttemptOrder order, ImmutableArray<RuntimeInfo> runtimes) =>
        _waiting.Count == 0 && (_queues.TryGetValue(LaneOf(order), out var lane) ? lane.InFlight : 0) < Slots(runtimes, order.Placement.RuntimeId);

    /// <summary>The next attempt whose turn has come; null when there is none. It is in flight from then on, or gone when there is no memory for it.</summary>
    /// <param name="device">As it is now: its slots and its memory count.</param>
    /// <param name="most">Attempts that a lane, and that all light ones together, may have in flight.</param>
    /// <param name="pulse">How far an attempt is; null while it has not begun.</param>
    public DueAttempt? Next(DeviceSnapshot device, int most, Func<AttemptOrder, AttemptPulse?> pulse)
    {
        if (_queues.TryGetValue(Light, out var light) && light.Waiting.Count > 0 && light.InFlight < most)
        {
            return new DueAttempt(Send(light, null), null);
        }

        var open = _queues.Where(q => !IsLight(q.Key) && q.Value.Waiting.Count > 0 && q.Value.InFlight < Math.Min(most, Slots(device.Runtimes, q.Key) + Lane.LookAhead));
        if (open.OrderBy(q => q.Value.Waiting.Oldest).Select(q => q.Value).FirstOrDefault() is not { } lane)
        {
            return null;
        }

        var order = lane.Waiting.Next;
        if (Model(device.Runtimes, order) is not { } found)
        {
            return new DueAttempt(Send(lane, null), null);
        }

        var now = device with { InUse = Uses(device.Runtimes, pulse) };
        var memory = MemoryFit.Of(now, found.Runtime, found.Model, Need(order, found.Model));
        if (memory.Answer == MemoryAnswer.Later || (memory.Answer == MemoryAnswer.Never && !now.InUse.IsEmpty))
        {
            // What came after it waits as well: else what it waits for would never end.
            return null;
        }

        if (memory.IsHopeless)
        {
            return new DueAttempt(Dequeue(lane), memory.Words(now, found.Model.Id));
        }

        return new DueAttempt(Send(lane, found.Model), null);
    }

    /// <summary>Removes an attempt that still waits here; null when it does not.</summary>
    public AttemptOrder? TakeBack(AttemptId attempt)
    {
        if (!_waiting.Remove(attempt))
        {
            return null;
        }

        return _queues.Values.Select(q => q.Waiting.Remove(o => o.Id == attempt)).First(o => o is not null);
    }

    /// <summary>Removes an attempt that was in flight; null when it was not.</summary>
    public AttemptOrder? Ended(AttemptId attempt)
    {
        if (!_inFlight.Remove(attempt, out var found))
        {
            return null;
        }

        var lane = QueueOf(found.Order);
        if (--lane.InFlight == 0 && lane.Waiting.Count == 0)
        {
            lane.Waiting.Rest();
        }

        return found.Order;
    }

    /// <summary>Removes what waits here: the device may come back with what it has.</summary>
    public ImmutableArray<AttemptOrder> ClearWaiting()
    {
        ImmutableArray<AttemptOrder> waiting = [.. _queues.Values.SelectMany(q => q.Waiting.InOrder()).Select(w => w.Item)];
        _waiting.Clear();
        foreach (var queue in _queues.Values)
        {
            queue.Waiting.Clear();
        }

        return waiting;
    }

    /// <summary>Removes everything: the device is gone.</summary>
    /// <returns>What it had and what waited, in that order.</returns>
    public ImmutableArray<AttemptOrder> Clear()
    {
        ImmutableArray<AttemptOrder> all = [.. InFlight(), .. _queues.Values.SelectMany(q => q.Waiting.InOrder()).Select(w => w.Item)];
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
        var (running, waiting) = (new List<AttemptOrder>(), 0);
        var inFlight = InFlight().ToLookup(LaneOf);
        foreach (var (lane, queue) in _queues)
        {
            waiting += queue.Waiting.Count;
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
                var turns = queue.Waiting.InOrder();
                lanes.Add(new Lane(
                    lane, slots, [.. has.Take(runs).Select(a => Left(a.Order, a.Pulse))], [.. has.Skip(runs).Select(a => Own(a.Order)), .. turns.Select(t => t.WorkMs)],
                    [.. turns.Select(t => t.Claim)], queue.Waiting.NextMs));
            }
        }

        return new DeviceWork(lanes.ToImmutable(), [.. running], waiting, Uses(runtimes, pulse));
    }

    // A model that is in memory, and an attempt that has begun with it, are in the measurement.
    private ImmutableArray<ModelUse> Uses(ImmutableArray<RuntimeInfo> runtimes, Func<AttemptOrder, AttemptPulse?> pulse)
    {
        ImmutableArray<ModelUse> uses = [];
        foreach (var sent in _inFlight.Values.Where(s => !IsLight(LaneOf(s.Order))))
        {
            var model = Model(runtimes, sent.Order)?.Model;
            var isResident = model?.ResidentBytes is not null;
            var (weights, work) = model is not null && Need(sent.Order, model) is { } need ? (need.WeightsMb, need.WorkMb) : (0, 0);
            uses = Promises.Used(uses, new ModelUse(
                sent.Order.Placement.RuntimeId, sent.Order.Placement.ModelId, isResident ? 0 : weights, isResident && pulse(sent.Order) is not null ? 0 : work));
        }

        return uses;
    }

    private static (RuntimeInfo Runtime, ModelInfo Model)? Model(ImmutableArray<RuntimeInfo> runtimes, AttemptOrder order) =>
        runtimes.FirstOrDefault(r => r.Id == order.Placement.RuntimeId) is { } runtime && runtime.Models.FirstOrDefault(m => m.Id == order.Placement.ModelId) is { } model
            ? (runtime, model) : null;

    private static MemoryNeed? Need(AttemptOrder order, ModelInfo model) => MemoryNeed.Of(order.Task, model, order.Chars);

    private AttemptOrder Send(LaneQueue lane, ModelInfo? model) => Fly(Dequeue(lane), model);

    private AttemptOrder Dequeue(LaneQueue lane)
    {
        var order = lane.Waiting.Take();
        _waiting.Remove(order.Id);
        return order;
    }

    private AttemptOrder Fly(AttemptOrder order, ModelInfo? model)
    {
        QueueOf(order).InFlight++;
        order = order with { Deadlines = Deadlines.Of(order.Placement.Predicted, order.Task, model) };
        _inFlight.Add(order.Id, new Sent(order, ++_sent));
        return order;
    }

    private static double Own(AttemptOrder order) => Math.Max(Remaining.LeastMs, order.Placement.Predicted.WorkP50Ms);

    /// <summary>Milliseconds that are left of an attempt in flight.</summary>
    /// <param name="pulse">How far it is; null while it has not begun.</param>
    public static double Left(AttemptOrder order, AttemptPulse? pulse) => pulse is not { } now ? Own(order)
        : Remaining.Of(order.Placement.Predicted.WorkP50Ms, order.Placement.Predicted.WorkP90Ms, now.ElapsedMs, now.Progress);

    private static int Slots(ImmutableArray<RuntimeInfo> runtimes, string runtimeId) => Lane.SlotsOf(runtimes.FirstOrDefault(r => r.Id == runtimeId)?.Slots);

    private static bool IsLight(string lane) => lane.Length == 0;

    private static string LaneOf(AttemptOrder order) => order.Task.Kind.IsLight() ? Light : order.Placement.RuntimeId;

    private IEnumerable<AttemptOrder> InFlight() => _inFlight.Values.OrderBy(f => f.Number).Select(f => f.Order);

    private LaneQueue QueueOf(AttemptOrder order)
    {
        var lane = LaneOf(order);
        return _queues.TryGetValue(lane, out var queue) ? queue : _queues[lane] = new LaneQueue();
    }

    private readonly record struct Sent(AttemptOrder Order, long Number);

    private sealed class LaneQueue
    {
        public FairQueue<AttemptOrder> Waiting { get; } = new();

        public int InFlight { get; set; }
    }
}
