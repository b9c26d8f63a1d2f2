using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>Reads one kind of hardware fact. What it cannot see it leaves alone; it never guesses and never throws for odd input.</summary>
public interface IFingerprint
{
    /// <summary>Where it applies; null is everywhere.</summary>
    HostPlatform? Platform { get; }

    /// <summary>Writes what the host shows into the draft.</summary>
    ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken);
}
