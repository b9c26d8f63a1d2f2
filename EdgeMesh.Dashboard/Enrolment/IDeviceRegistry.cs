using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Enrolment;

/// <summary>Who belongs to the mesh; backed by the database. Thread-safe.</summary>
public interface IDeviceRegistry
{
    /// <summary>Whether the device is known and not forgotten.</summary>
    Task<bool> IsKnownAsync(DeviceId id, CancellationToken cancellationToken);

    /// <summary>
    /// Adds a device that has proved its key. With a token the token's row is spent in the same transaction (false when it was spent
    /// meanwhile); the embedded device needs none. A forgotten device becomes known again under the same id.
    /// </summary>
    Task<bool> AddAsync(DeviceId id, ReadOnlyMemory<byte> publicKey, string name, LinkKind kind, Guid? joinToken, CancellationToken cancellationToken);
}
