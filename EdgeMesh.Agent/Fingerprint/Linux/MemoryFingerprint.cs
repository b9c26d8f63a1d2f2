using System.Globalization;
using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Memory of the machine, or of the control group when that allows less.</summary>
public sealed class MemoryFingerprint : IFingerprint
{
    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = Math.Max(0, host.Read("/proc/meminfo", buffer));
        var totalMb = Utf8Lines.Value(buffer[..length], "MemTotal"u8) / 1024;
        if (Cgroup.Find(host).MemoryLimit(host) is var (limit, source) && (totalMb is null || limit / 1024 / 1024 < totalMb))
        {
            draft.SetRamTotal(limit / 1024 / 1024, $"{source} (cgroup limit)");
            if (totalMb is not null)
                draft.AddFact("Memory of the host", string.Create(CultureInfo.InvariantCulture, $"{totalMb} MiB"), "/proc/meminfo: MemTotal");
        }

        draft.SetRamTotal(totalMb, "/proc/meminfo: MemTotal");
        return default;
    }
}
