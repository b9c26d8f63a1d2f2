using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Attempts;
using EdgeMesh.Dashboard.Orchestration.Beats;
using EdgeMesh.Dashboard.Orchestration.Gateway;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>A device: its link, its state by its beats, its queue, and what was learned about it. The one serial point for its work.</summary>
public sealed class DeviceGrain(IDeviceLinks links, AttemptRunner runner, JobFeed jobs, PlacedWork placed, DeviceStore store, SelfDoubt doubt, OrchestratorOptions options, TimeProvider time) : Grain, IDeviceGrain
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WarnFor = TimeSpan.FromMinutes(2);
    private readonly LoadHistory _load = new(time);
    private DeviceSnapshot? _me;
    private IGrainTimer? _beats;
    private IGrainTimer? _telling;
    private IFleetGrain? _fleet;
    private DeviceAttempts? _attempts;
    private BeatWatch? _watch;
    private long _session;
    private long _warned;
    private bool _draining;
    private bool _forgotten;

    private IFleetGrain Fleet => _fleet ??= GrainFactory.GetGrain<IFleetGrain>(0);

    private DeviceAttempts Attempts => _attempts ??= new DeviceAttempts(this.AsReference<IDeviceGrain>(), links, runner, jobs, options, time);

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
        await SetLinkedAsync();
        store.Linked(_me);
        Attempts.Linked(_me);
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

        if (DeviceWarnings.Of(_me.Name, telemetry.OtherStart) is { } twice)
        {
            Warn(twice);
        }

        // Slots, models and free memory may have changed.
        Attempts.Pump(_me);

        return telemetry.IsStopping && _me.State != DeviceState.Draining ? SetStateAsync(DeviceState.Draining, "Its agent is being stopped.")
            : back ? SetLinkedAsync()
            : TellAsync(urgent: runtimes is not null);
    }

    public Task DoubledAsync(Gateway.LinkPlace first, string second)
    {
        if (_me is null)
        {
            return Task.CompletedTask;
        }

        Warn(DeviceWarnings.TwoAgents(first, second));
        return TellAsync(urgent: true);
    }

    private void Warn(string words)
    {
        _warned = time.GetTimestamp();
        _me = _me! with { Warning = words };
    }

    public Task UnlinkedAsync(long session, string reason)
    {
        if (_me is null || session != _session)
        {
            return Task.CompletedTask;
        }

        doubt.Gone(_me.Id);
        _me = _me with { LinkEnd = _me.LinkEnd ?? LinkEnd.Closed };
        Attempts.Tend(_me);
        return _me.State == DeviceState.Lost ? Task.CompletedTask : SetStateAsync(DeviceState.Suspect, reason);
    }

    public async Task RunAsync(ImmutableArray<AttemptOrder> orders)
    {
        Attempts.Take(_me, orders);
        placed.Told(orders.Select(o => o.Id).ToHashSet(), await TellAsync(urgent: false));
    }

    public Task BrokenAsync(AttemptId attempt, AttemptPosition position)
    {
        Attempts.Broken(_me, attempt, position);
        return Task.CompletedTask;
    }

    public Task AskedAsync(AttemptId attempt, bool moved)
    {
        Attempts.Asked(new DeviceId(this.GetPrimaryKeyString()), attempt, moved);
        return moved ? TellAsync(urgent: false) : Task.CompletedTask;
    }

    public Task CancelAsync(AttemptId attempt)
    {
        Attempts.Cancel(new DeviceId(this.GetPrimaryKeyString()), attempt);
        return Task.CompletedTask;
    }

    public Task EndedAsync(AttemptId attempt, Receipt? receipt, double actualMs)
    {
        if (Attempts.Ended(attempt) is not { } order || _me is null)
        {
            return Task.CompletedTask;
        }

        if (receipt is not null && !order.Rehearsal)
        {
            var key = CalibrationKey.Of(order.Task, receipt.RuntimeId, receipt.ModelId);
            var model = _me.Runtimes.FirstOrDefault(r => r.Id == receipt.RuntimeId)?.Models.FirstOrDefault(m => m.Id == receipt.ModelId);
            var learned = CostModel.Learn(_me.Learned(key), order.Task, model, receipt, actualMs - receipt.DeviceQueueMs - receipt.RunMs, order.Written);
            _me = _me with { Calibrations = LearnedSizes.Put(_me.Calibrations, key, learned) };
            store.Learned(_me);
        }

        Attempts.Pump(_me);
        if (Attempts.IsEmpty)
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
        return linked ? SetLinkedAsync() : Task.CompletedTask;
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
        Attempts.LoseAll(_me);
        await Fleet.RemoveAsync(_me.Id);
        _me = null;
        DeactivateOnIdle();
    }

    private async Task CheckBeatsAsync()
    {
        Attempts.Tend(_me);
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
            var had = !Attempts.IsEmpty;
            Attempts.LoseWaiting(_me);
            await SetStateAsync(DeviceState.Lost, had ? "It has stopped answering. Its work goes to others where they can do it sooner; else it waits until the device is back." : "It has stopped answering. It had no work.");
        }
        else if (_me.State != DeviceState.Suspect)
        {
            await SetStateAsync(DeviceState.Suspect, $"It has not answered for {Math.Ceiling(_watch.SilentFor.TotalSeconds):0} s. It gets no new work until it does.");
        }
    }

    private Task<long> SetLinkedAsync() => _draining ? SetStateAsync(DeviceState.Draining, "It finishes what it has.") : SetStateAsync(DeviceState.Online, null);

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

        var work = Attempts.Look(_me.Runtimes);
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
