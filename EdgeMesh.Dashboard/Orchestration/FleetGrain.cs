using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Live;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>
/// Keeps the fleet's snapshot: every change makes a new version. State changes, and a device that was told busy and has nothing to do any
/// more, are told at once, the rest ten times a second.
/// </summary>
public sealed class FleetGrain(FleetFeed feed, TimeProvider time) : Grain, IFleetGrain
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(100);
    private readonly SortedDictionary<int, DeviceSnapshot> _devices = [];
    private readonly HashSet<int> _toldBusy = [];
    private long _version;
    private bool _dirty;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions { DueTime = Pace, Period = Pace, KeepAlive = true });
        return Task.CompletedTask;
    }

    public Task<long> UpdateAsync(DeviceSnapshot device, bool urgent)
    {
        _devices[device.Ordinal] = device;
        _dirty = true;
        if (urgent || (device.Lanes.IsEmpty && _toldBusy.Contains(device.Ordinal)))
        {
            Publish();
        }

        return Task.FromResult(_dirty ? _version + 1 : _version);
    }

    public Task RemoveAsync(DeviceId id)
    {
        foreach (var ordinal in _devices.Where(d => d.Value.Id == id).Select(d => d.Key).ToList())
        {
            _devices.Remove(ordinal);
        }

        _dirty = true;
        Publish();
        return Task.CompletedTask;
    }

    private Task Tick()
    {
        Publish();
        return Task.CompletedTask;
    }

    private void Publish()
    {
        if (_dirty)
        {
            _dirty = false;
            _toldBusy.Clear();
            _toldBusy.UnionWith(_devices.Values.Where(d => !d.Lanes.IsEmpty).Select(d => d.Ordinal));
            feed.Publish(new FleetSnapshot(++_version, time.GetUtcNow(), [.. _devices.Values]));
        }
    }
}

/// <summary>The newest snapshot for everyone in this process.</summary>
public sealed class FleetFeed
{
    private readonly LiveSource<FleetSnapshot> _source = new(FleetSnapshot.Empty);

    public FleetSnapshot Current => _source.Current;

    public int SubscriberCount => _source.SubscriberCount;

    public Core.Live.ILiveSubscription<FleetSnapshot> Subscribe() => _source.Subscribe();

    public void Publish(FleetSnapshot snapshot) => _source.Publish(snapshot);
}
