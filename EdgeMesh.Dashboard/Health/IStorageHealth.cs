using EdgeMesh.Core.Live;

namespace EdgeMesh.Dashboard.Health;

/// <summary>Whether what happens can be stored, live.</summary>
public interface IStorageHealth
{
    StorageState Current { get; }

    /// <summary>How much room there is now; null when the system does not say.</summary>
    StorageRoom? Room();

    ILiveSubscription<StorageState> Subscribe();
}
