using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Beats;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>A device: its link, its state by its beats, its queue, and what was learned about it. The one serial point for its work.</summary>
public sealed class DeviceGrain(IDeviceLinks links, AttemptRunner runner, JobFeed jobs, PlacedWork placed, DeviceStore store, SelfDoubt doubt, OrchestratorOptions options, TimeProvider time) : Grain, IDeviceGrain
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WarnFor = TimeSpan.FromMinutes(2);
    private readonly DeviceLedger _ledger = new();
    private readonly LoadHistory _load = new(time);
    private DeviceSnapshot? _me;
    private IGrainTimer? _beats;
    private IGrainTimer? _telling;
    private IFleetGrain? _fleet;
    private IDeviceGrain? _self;
    private BeatWatch? _watch;
    private long _session;
    private long _warned;
    private bool _draining;
    private bool _forgotten;

    private IFleetGrain Fleet => _fleet ??= GrainFactory.GetGrain<IFleetGrain>(0);

    private IDeviceGrain Self => _self ??= this.AsReference<IDeviceGrain>();

    public Task LoadAsync(StoredDevice device)
    {
        _draining = device.Draining;
        _forgotten = false;
        _me = new DeviceSnapshot(
            device.Id, device.Name, device.Ordinal, DeviceState.Lost, "It has not been online since the dashboard started.", device.LastSeen, device.Link, device.Profile, null,
            [], [], false, [], [], [], 0, device.Calibrations);
        _beats?.Dispose();
        _beats = this.RegisterGrainTimer(CheckBeatsAsync, new GrainTimerCreationOptions { DueTime = BeatWatch.Every, Period = BeatWatch.Every, KeepAlive = true });
        return TellAsync(urgent: true);
    }

    public async Task LinkedAsync(long session, LinkKind kind, DeviceProfile profile, ImmutableArray<RuntimeInfo> runtimes, bool loaded)
    {
        if (_me is null || _forgotten)
        {
            // It was forgotten while it linked: it is cut like any other link of a stranger.
            links.Find(new DeviceId(this.GetPrimaryKeyString()))?.Abort("It was forgotten.");
            return;
        }

        if (session < _session)
        {
            return;
        }

        _session = session;
        _watch = new BeatWatch(options, time);
        doubt.Heard(_me.Id);
        _me = _me with { Link = kind, Profile = profile, Runtimes = runtimes, RuntimesLoaded = loaded, LastSeen = time.GetUtcNow(), LinkEnd = null };
        await SetStateAsync(_draining ? DeviceState.Draining : DeviceState.Online, _draining ? "It finishes what it has." : null);
        store.Linked(_me);
        Pump();
    }

    public Task BeatAsync(long session, LinkKind kind, Telemetry telemetry, RuntimeReport? runtimes, double? roundTripMs)
    {
        if (_me is null || session != _session)
        {
            return Task.CompletedTask;
        }

        _watch?.Beat();
        doubt.Heard(_me.Id);
        var back = _me.State is DeviceState.Suspect or DeviceState.Lost;
        _me = _me with { Link = kind, LinkEnd = null, Telemetry = telemetry, LastSeen = telemetry.At, LoadHistory = _load.Add(telemetry.CpuPercent), RoundTripMs = roundTripMs ?? _me.RoundTripMs };
        if (runtimes is { } changed)
        {
            var profile = _me.Profile is { } known && !changed.Accelerators.IsEmpty ? known with { Accelerators = changed.Accelerators } : _me.Profile;
            _me = _me with { Runtimes = changed.Runtimes, RuntimesLoaded = changed.Loaded, Profile = profile };
        }

        // Slots, models and free memory may have changed.
        Pump();

        return back ? SetStateAsync(_draining ? DeviceState.Draining : DeviceState.Online, _draining ? "It finishes what it has." : null) : TellAsync(urgent: runtimes is not null);
    }

    public Task DoubledAsync(Gateway.LinkPlace first, string second)
    {
        if (_me is null)
        {
            return Task.CompletedTask;
        }

        _warned = time.GetTimestamp();
        _me = _me with { Warning = $"Two agents have the same key: one at {(first.Address.Length == 0 ? "this dashboard" : first.Address)}, linked since {first.Since:yyyy-MM-dd HH:mm} UTC, and one at {second}, refused just now. Are both yours? Then a data directory was copied: give one its own --data DIR. If not, the key was stolen: forget this device and join it with a new data directory." };
        return TellAsync(urgent: true);
    }

    public Task UnlinkedAsync(long session, string reason)
    {
        if (_me is null || session != _session)
        {
            return Task.CompletedTask;
        }

        doubt.Gone(_me.Id);
        _me = _me with { LinkEnd = _me.LinkEnd ?? LinkEnd.Closed };
        return _me.State == DeviceState.Lost ? Task.CompletedTask : SetStateAsync(DeviceState.Suspect, reason);
    }

    public async Task RunAsync(ImmutableArray<AttemptOrder> orders)
    {
        // The re-check at the serial point: what was true on the snapshot may not be any more.
        if (_me?.State != DeviceState.Online)
        {
            await Task.WhenAll(orders.GroupBy(o => o.Id.Job).Select(g => runner.RefuseAsync([.. g], ReasonCode.Lost, $"{_me?.Name ?? "The device"} is not online any more.")));
            return;
        }

        foreach (var order in orders)
        {
            _ledger.Add(order);
        }

        Pump();
        placed.Told([.. orders.Select(o => o.Id)], await TellAsync(urgent: false));
    }

    public async Task CancelAsync(AttemptId attempt)
    {
        if (_ledger.TakeBack(attempt) is { } waiting)
        {
            await runner.RefuseAsync([waiting], ReasonCode.Cancelled, "It was cancelled before it started.");
        }
        else if (_ledger.IsInFlight(attempt) && links.Find(_me!.Id) is { } link)
        {
            runner.Cancel(link, attempt);
        }
    }

    public Task EndedAsync(AttemptId attempt, Receipt? receipt, double actualMs)
    {
        if (_me is null || _ledger.Ended(attempt) is not { } order)
        {
            return Task.CompletedTask;
        }

        if (receipt is not null && !order.Rehearsal)
        {
            var key = CalibrationKey.Of(order.Task, receipt.RuntimeId, receipt.ModelId);
            var model = _me.Runtimes.FirstOrDefault(r => r.Id == receipt.RuntimeId)?.Models.FirstOrDefault(m => m.Id == receipt.ModelId);
            var learned = CostModel.Learn(_me.Calibrations.GetValueOrDefault(key), order.Task, model, receipt, actualMs - receipt.DeviceQueueMs - receipt.RunMs);
            _me = _me with { Calibrations = LearnedSizes.Put(_me.Calibrations, key, learned) };
            store.Learned(_me);
        }

        Pump();
        if (_ledger.IsEmpty)
        {
            // Else the next decision would wait for work that is done.
            return TellAsync(urgent: false);
        }

        TellSoon();
        return Task.CompletedTask;
    }

    public Task SetDrainingAsync(bool draining)
    {
        _draining = draining;
        var linked = _me?.State is DeviceState.Online or DeviceState.Draining;
        return !linked ? Task.CompletedTask : SetStateAsync(draining ? DeviceState.Draining : DeviceState.Online, draining ? "It finishes what it has." : null);
    }

    public Task RenameAsync(string name)
    {
        _me = _me! with { Name = name };
        return TellAsync(urgent: true);
    }

    public async Task ForgetAsync()
    {
        _forgotten = true;
        doubt.Gone(_me!.Id);
        links.Find(_me.Id)?.Abort("It was forgotten.");
        await LoseAsync("it was forgotten");
        await Fleet.RemoveAsync(_me.Id);
        _me = null;
        DeactivateOnIdle();
    }

    private async Task CheckBeatsAsync()
    {
        if (_me is null or { State: DeviceState.Lost } || _watch is null)
        {
            return;
        }

        if (_me.Warning is not null && time.GetElapsedTime(_warned) > WarnFor)
        {
            _me = _me with { Warning = null };
            await TellAsync(urgent: true);
        }

        var silence = _watch.Look();
        if (silence == Silence.Calm || doubt.Holds())
        {
            return;
        }

        _me = _me with { LinkEnd = _me.LinkEnd ?? LinkEnd.Silent };
        if (silence == Silence.Final)
        {
            doubt.Gone(_me.Id);
            links.Find(_me.Id)?.Abort("No beat came for too long.");
            var had = await LoseAsync("no beat came");
            await SetStateAsync(DeviceState.Lost, had == 0 ? "It has stopped answering. It had no work." : "It has stopped answering. Its work was given to others where they could take it.");
        }
        else if (_me.State != DeviceState.Suspect)
        {
            await SetStateAsync(DeviceState.Suspect, $"It has not answered for {Math.Ceiling(_watch.SilentFor.TotalSeconds):0} s. It gets no new work until it does.");
        }
    }

    // How much it had.
    private async Task<int> LoseAsync(string why)
    {
        var lost = _ledger.Clear();
        await Task.WhenAll(lost.GroupBy(o => o.Id.Job).Select(g => runner.RefuseAsync([.. g], ReasonCode.Lost, $"{_me!.Name} was lost: {why}.")));
        return lost.Count(o => !o.Rehearsal);
    }

    private AttemptPulse? Pulse(AttemptOrder order) => jobs.Pulse(order.Id, time.GetUtcNow());

    private void Pump()
    {
        if (_me is null || links.Find(_me.Id) is not { } link)
        {
            return;
        }

        while (_ledger.Next(_me, options.MaxInFlightPerDevice, Pulse) is var (order, noMemory))
        {
            if (noMemory is not null)
            {
                _ = runner.RefuseAsync([order], ReasonCode.OutOfMemory, $"{_me.Name}: {noMemory}");
                continue;
            }

            runner.Run(Self, link, order, _me.Name, [.. _me.Profile?.Accelerators.Where(a => a.Status == AcceleratorStatus.Proven).Select(a => a.Kind) ?? []]);
        }
    }

    private Task<long> SetStateAsync(DeviceState state, string? reason)
    {
        var changed = _me!.State != state;
        _me = _me with { State = state, StateReason = reason };
        if (changed)
        {
            store.Seen(_me, _draining);
        }

        return TellAsync(urgent: changed);
    }

    // Ends come thousands a second; the fleet need not hear of each.
    private void TellSoon() => _telling ??= this.RegisterGrainTimer(
        () =>
        {
            _telling?.Dispose();
            _telling = null;
            return TellAsync(urgent: false);
        },
        new GrainTimerCreationOptions { DueTime = Pace, Period = Timeout.InfiniteTimeSpan });

    private Task<long> TellAsync(bool urgent)
    {
        if (_me is null)
        {
            return Task.FromResult(0L);
        }

        var work = _ledger.Look(_me.Runtimes, Pulse);
        _me = _me with
        {
            Lanes = work.Lanes,
            QueuedCount = work.Waiting,
            InUse = work.InUse,
            Running = [.. work.Running.Where(o => !o.Rehearsal).Take(8).Select(o => new RunningAttempt(o.Id, o.JobKind, o.Title, o.Placement.ModelId, o.PlacedAt, o.Placement.Predicted.P50Ms))],
        };
        return Fleet.UpdateAsync(_me, urgent);
    }
}
