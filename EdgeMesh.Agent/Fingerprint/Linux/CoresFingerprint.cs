using System.Globalization;
using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Physical cores of the machine, and how many processors this process may use.</summary>
public sealed class CoresFingerprint : IFingerprint
{
    private const string Cpus = "/sys/devices/system/cpu";

    public HostPlatform? Platform => HostPlatform.Linux;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var siblings = host.List(Cpus)
            .Where(n => n.StartsWith("cpu", StringComparison.Ordinal) && n.Length > 3 && n.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0)
            .Select(n => host.ReadLine($"{Cpus}/{n}/topology/thread_siblings_list"))
            .OfType<string>().Distinct(StringComparer.Ordinal).Count();
        draft.SetPhysicalCores(siblings, $"{Cpus}/cpu*/topology/thread_siblings_list");
        var info = CpuInfo.Parse(host.ReadText("/proc/cpuinfo", 1024 * 1024) ?? "");
        draft.SetPhysicalCores(info.PhysicalCores, "/proc/cpuinfo: core id");

        draft.SetLogicalCores(host.Runtime.ProcessorCount, "Environment.ProcessorCount (affinity and cgroup quota respected)");
        if (info.Processors.Length > host.Runtime.ProcessorCount)
            draft.AddFact("Logical cores of the host", info.Processors.Length.ToString(CultureInfo.InvariantCulture), "/proc/cpuinfo");
        if (Cgroup.Find(host).CpuQuota(host) is var (cores, source))
            draft.AddFact("CPU quota", string.Create(CultureInfo.InvariantCulture, $"{cores:0.##} cores"), source);
        return default;
    }
}
