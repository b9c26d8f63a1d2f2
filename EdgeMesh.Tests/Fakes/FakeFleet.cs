using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Orchestration;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A fleet driven by the test. Unknown devices are refused as in the product; every command is recorded.</summary>
public sealed class FakeFleet : IFleet
{
    private readonly FakeLive<FleetSnapshot> live;

    public FakeFleet(FleetSnapshot? initial = null) => live = new FakeLive<FleetSnapshot>(initial ?? FleetSnapshot.Empty);

    public FakeFleet(params DeviceSnapshot[] devices)
        : this(Samples.Fleet(devices))
    {
    }

    /// <summary>What was asked, in order: <c>drain ID</c>, <c>resume ID</c>, <c>prove ID</c>, <c>rename ID NAME</c>, <c>forget ID</c>.</summary>
    public IList<string> Commands { get; } = [];

    /// <summary>When set, the answer to every command.</summary>
    public Problem? Refusal { get; set; }

    public FleetSnapshot Current => live.Current;

    public DeviceId? LocalDevice { get; set; }

    public int SubscriberCount => live.SubscriberCount;

    public void Publish(FleetSnapshot snapshot) => live.Publish(snapshot);

    /// <summary>Publishes these devices as the next version.</summary>
    public void Publish(params DeviceSnapshot[] devices) => live.Publish(Samples.Fleet(devices) with { Version = Current.Version + 1 });

    public ILiveSubscription<FleetSnapshot> Subscribe() => live.Subscribe();

    public Task<Problem?> DrainAsync(DeviceId id, CancellationToken cancellationToken) => Command(id, $"drain {id}");

    public Task<Problem?> ResumeAsync(DeviceId id, CancellationToken cancellationToken) => Command(id, $"resume {id}");

    public Task<Problem?> ProveAsync(DeviceId id, CancellationToken cancellationToken) => Command(id, $"prove {id}");

    public Task<Problem?> AllowEngineAsync(DeviceId id, string runtime, int uid, bool allow, CancellationToken cancellationToken) =>
        Command(id, $"{(allow ? "allow" : "disallow")} {id} {runtime} {uid}");

    public Task<Problem?> RenameAsync(DeviceId id, string name, CancellationToken cancellationToken) => Command(id, $"rename {id} {name}");

    public Task<Problem?> ForgetAsync(DeviceId id, CancellationToken cancellationToken) => Command(id, $"forget {id}");

    private Task<Problem?> Command(DeviceId id, string command)
    {
        if (Current.Find(id) is null)
        {
            return Task.FromResult<Problem?>(new Problem(
                "device_unknown", "There is no such device.", $"No device has the id {id}.", "Look at the Fleet page for the devices there are."));
        }

        lock (Commands)
        {
            Commands.Add(command);
        }

        return Task.FromResult(Refusal);
    }
}
