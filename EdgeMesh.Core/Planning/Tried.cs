using EdgeMesh.Core.Devices;

namespace EdgeMesh.Core.Planning;

/// <summary>What a task has failed on and is not given to again.</summary>
/// <param name="Devices">Devices as a whole.</param>
/// <param name="Models">Models on a device whose own fault it was: another model of that device may do it.</param>
public sealed record Tried(ImmutableHashSet<DeviceId> Devices, ImmutableHashSet<(DeviceId Device, string Model)> Models)
{
    public static Tried Nothing { get; } = new([], []);
}
