using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Attempts;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// The attempts of one device: gives each to it when its turn comes, goes on listening when a link broke, asks jobs whether to wait while it is away, and gives up in the end. Belongs to the
/// device's grain, which is the only one that calls it; not thread-safe.
/// </summary>
/// <param name="self">The grain, which hears how each attempt goes on.</param>
internal sealed class DeviceAttempts(IDeviceGrain self, IDeviceLinks links, AttemptRunner runner, JobFeed jobs, OrchestratorOptions options, TimeProvider time)
{
    private readonly DeviceLedger _ledger = new();
    private readonly HeardAttempts _heard = new(time);

    /// <summary>Whether the device has nothing to do.</summary>
    public bool IsEmpty => _ledger.IsEmpty;

    /// <summary>What it has to do now.</summary>
    public DeviceWork Look(ImmutableArray<RuntimeInfo> runtimes) => _ledger.Look(runtimes, Pulse);

    /// <summary>Queues orders; what cannot be taken is reported to its job. One that is here already stays as it is.</summary>
    /// <param name="me">Null when the device is not one of the mesh.</param>
    public void Take(DeviceSnapshot? me, ImmutableArray<AttemptOrder> orders)
    {
        foreach (var order in orders)
        {
            if (me is not null && order.From is { } from)
            {
                // It may be on the device already, whatever the link is like now.
                if (_ledger.AddInFlight(order))
                {
                    _heard.Await(order.Id, from);
                }
            }
            else if (me?.State != DeviceState.Online)
            {
                // The re-check at the serial point: what was true on the snapshot may not be any more.
                runner.Refuse([order], ReasonCode.Lost, $"{me?.Name ?? "The device"} is not online any more.");
            }
            else if (order.IsHedge && !_ledger.IsFreeFor(order, me.Runtimes))
            {
                runner.Refuse([order], ReasonCode.Busy, $"{me.Name} has other work now.");
            }
            else
            {
                _ledger.Add(order);
            }
        }

        if (me is not null && orders.Any(o => o.From is not null))
        {
            Tend(me);
        }

        Pump(me);
    }

    /// <summary>The device has linked: what nobody listened to is due, and what it has and nobody waits for is stopped.</summary>
    public void Linked(DeviceSnapshot me)
    {
        _heard.Linked();
        Tend(me);
        if (links.Find(me.Id) is { } link)
        {
            runner.Reconcile(link, _ledger.All);
        }

        Pump(me);
    }

    /// <summary>Listening to an attempt ended before the attempt did.</summary>
    public void Broken(DeviceSnapshot? me, AttemptId attempt, AttemptPosition position)
    {
        _heard.Broke(attempt, position);
        Tend(me);
    }

    /// <summary>The job was asked whether it waits for an attempt.</summary>
    /// <param name="moved">It does not.</param>
    public void Asked(DeviceId id, AttemptId attempt, bool moved)
    {
        _heard.Waits(attempt);
        if (moved)
        {
            Stop(id, attempt);
        }
    }

    /// <summary>Nobody waits for an attempt any more: the device stops it, now or when it is back.</summary>
    public void Cancel(DeviceId id, AttemptId attempt)
    {
        if (_ledger.TakeBack(attempt) is { } waiting)
        {
            runner.Refuse([waiting], ReasonCode.Cancelled, "It was cancelled before it started.");
        }
        else if (_ledger.InFlight(attempt) is not { } order)
        {
            runner.RefuseCancelled(attempt, id, "It was cancelled; its device did not have it.");
        }
        else if (!Stop(id, attempt))
        {
            runner.Refuse([order], ReasonCode.Cancelled, $"It was cancelled while the connection to {order.Placement.DeviceName} was interrupted; the device stops it now, or when it is back.");
        }
    }

    /// <summary>An attempt has ended on the device; its order, or null when it was not in flight.</summary>
    public AttemptOrder? Ended(AttemptId attempt)
    {
        _heard.Remove(attempt);
        return _ledger.Ended(attempt);
    }

    /// <summary>No beat came for too long: what waits here goes elsewhere; the device may come back with what it has.</summary>
    public void LoseWaiting(DeviceSnapshot me) => Lose(me, _ledger.ClearWaiting(), "no beat came");

    /// <summary>The device is not one of the mesh any more.</summary>
    public void LoseAll(DeviceSnapshot me)
    {
        Lose(me, _ledger.Clear(), "it was forgotten");
        _heard.Clear();
    }

    /// <summary>Attempts that nobody listens to: goes on with them when the device is linked, asks their jobs whether to wait when it is not, and gives them up in the end.</summary>
    public void Tend(DeviceSnapshot? me)
    {
        if (me is null)
        {
            return;
        }

        var link = Link(me.Id);
        foreach (var (id, silent) in _heard.Silent.ToList())
        {
            var order = _ledger.InFlight(id)!;
            if (link is not null && (silent.Breaks > HeardAttempts.MostBreaks || (!link.KeepsAttempts && !silent.Position.IsStart)))
            {
                Drop(id);
                runner.Refuse([order], ReasonCode.Lost, link.KeepsAttempts
                    ? $"Listening to {me.Name} broke {silent.Breaks} times although its link stands."
                    : $"{me.Name} runs an older agent, which cannot go on with what was interrupted. Update it.");
            }
            else if (link is not null && silent.IsDue)
            {
                Listen(me, link, order);
            }
            else if (link is null && silent.Away > options.WaitForDevice)
            {
                Drop(id);
                runner.Refuse([order], ReasonCode.Lost, $"{me.Name} did not come back within {options.WaitForDevice.TotalSeconds:0} s.");
            }
            else if (link is null && silent.IsDue)
            {
                _heard.Asking(id);
                runner.TellWaiting(id, $"{me.Name} is not linked; it goes on when the device is back");
                runner.AskToMove(self, id, $"The link to {me.Name} broke.", DeviceLedger.Left(order, Pulse(order)), silent.Away);
            }
        }
    }

    /// <summary>Gives the device what it may have now.</summary>
    public void Pump(DeviceSnapshot? me)
    {
        if (me is null || Link(me.Id) is not { } link)
        {
            return;
        }

        while (_ledger.Next(me, options.MaxInFlightPerDevice, Pulse) is var (order, noMemory))
        {
            if (noMemory is not null)
            {
                runner.Refuse([order], ReasonCode.OutOfMemory, $"{me.Name}: {noMemory}");
                continue;
            }

            Listen(me, link, order);
        }
    }

    private void Lose(DeviceSnapshot me, ImmutableArray<AttemptOrder> lost, string why) => runner.Refuse(lost, ReasonCode.Lost, $"{me.Name} was lost: {why}.");

    // True when somebody listens to it and hears its end; else it is gone from here.
    private bool Stop(DeviceId id, AttemptId attempt)
    {
        var link = Link(id);
        if (_heard.IsHeard(attempt) && link is not null)
        {
            runner.Cancel(link, attempt);
            return true;
        }

        // Without a link, what the device has and nobody waits for is stopped when it links.
        Drop(attempt);
        if (link is not null)
        {
            runner.LetGo(link, attempt);
        }

        return false;
    }

    // It is not waited for here any more.
    private void Drop(AttemptId attempt)
    {
        _ledger.Ended(attempt);
        _heard.Remove(attempt);
    }

    private AttemptPulse? Pulse(AttemptOrder order) => jobs.Pulse(order.Id, time.GetUtcNow());

    private IDeviceLink? Link(DeviceId id) => links.Find(id) is { Closed.IsCancellationRequested: false } open ? open : null;

    private void Listen(DeviceSnapshot me, IDeviceLink link, AttemptOrder order) => runner.Run(
        self, link, order, _heard.Begin(order.Id, AttemptPosition.StartOf(order)), new FollowedDevice(me.Name, [.. me.Profile?.Accelerators.Where(a => a.Status == AcceleratorStatus.Proven).Select(a => a.Kind) ?? []]));
}
