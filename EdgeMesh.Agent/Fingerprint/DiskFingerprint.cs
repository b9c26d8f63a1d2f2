using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>Free space where the agent keeps its data.</summary>
public sealed class DiskFingerprint : IFingerprint
{
    public HostPlatform? Platform => null;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        draft.SetDiskFree(host.DiskFreeBytes(draft.DataDirectory) / 1024 / 1024, "file system of the data directory");
        return default;
    }
}
