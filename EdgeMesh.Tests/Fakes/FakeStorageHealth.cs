using EdgeMesh.Core.Live;
using EdgeMesh.Dashboard.Health;

namespace EdgeMesh.Tests.Fakes;

/// <summary>The state of storage as the test says.</summary>
public sealed class FakeStorageHealth : IStorageHealth
{
    private readonly FakeLive<StorageState> _states = new(new StorageState(StorageCondition.Ok, Samples.Now, null));

    public StorageState Current => _states.Current;

    public int SubscriberCount => _states.SubscriberCount;

    public StorageRoom? Room() => new(12L << 20, 34L << 30);

    public ILiveSubscription<StorageState> Subscribe() => _states.Subscribe();

    public void Publish(StorageState state) => _states.Publish(state);
}
