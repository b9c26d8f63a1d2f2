using System.Collections.Immutable;
using System.Globalization;
using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint.Linux;

/// <summary>Where this process stands in the control groups: its directory per controller and every parent, innermost first (version 2 or 1; both at once on hybrid hosts).</summary>
public sealed record Cgroup(bool MemoryIsV2, ImmutableArray<string> Memory, bool CpuIsV2, ImmutableArray<string> Cpu, ImmutableArray<string> CpuAccounting)
{
    /// <summary>Reads <c>/proc/self/cgroup</c> and <c>/proc/self/mountinfo</c>; without them there are no groups.</summary>
    public static Cgroup Find(IDeviceHost host)
    {
        var groups = (host.ReadText("/proc/self/cgroup", 64 * 1024) ?? "").Split('\n', StringSplitOptions.TrimEntries)
            .Select(l => l.Split(':', 3)).Where(p => p.Length == 3).ToArray();
        var mounts = (host.ReadText("/proc/self/mountinfo") ?? "").Split('\n').Select(Mount.Parse).OfType<Mount>().ToArray();

        var memoryV1 = V1("memory");
        var cpuV1 = V1("cpu");
        return new Cgroup(memoryV1.IsEmpty, memoryV1.IsEmpty ? V2() : memoryV1, cpuV1.IsEmpty, cpuV1.IsEmpty ? V2() : cpuV1, V1("cpuacct"));

        ImmutableArray<string> V1(string controller) =>
            Chain(mounts.FirstOrDefault(m => m.Type == "cgroup" && m.Options.Contains(controller)), groups.FirstOrDefault(g => g[1].Split(',').Contains(controller)));

        ImmutableArray<string> V2() =>
            Chain(mounts.FirstOrDefault(m => m.Type == "cgroup2"), groups.FirstOrDefault(g => g[0] == "0" && g[1].Length == 0));
    }

    /// <summary>The lowest memory limit that binds this process, in bytes, and the file that says so; null when there is none.</summary>
    public (long Bytes, string Source)? MemoryLimit(IDeviceHost host) =>
        Memory.Select(d => $"{d}/{(MemoryIsV2 ? "memory.max" : "memory.limit_in_bytes")}")
            .Select(p => (Bytes: host.ReadNumber(p) ?? long.MaxValue, Source: p))
            .Where(l => l.Bytes is > 0 and < long.MaxValue / 2)
            .OrderBy(l => l.Bytes).Select(l => ((long, string)?)l).FirstOrDefault();

    /// <summary>The lowest CPU quota in cores and the file that says so; null when there is none.</summary>
    public (double Cores, string Source)? CpuQuota(IDeviceHost host) =>
        Cpu.Select(d => CpuIsV2 ? QuotaV2(host, d) : QuotaV1(host, d)).Where(q => q is not null).OrderBy(q => q!.Value.Cores).FirstOrDefault();

    /// <summary>Bytes the group at a directory may still take: limit − (usage − file cache it can drop); null when it has no limit.</summary>
    public long? Headroom(IDeviceHost host, string directory)
    {
        var limit = host.ReadNumber($"{directory}/{(MemoryIsV2 ? "memory.max" : "memory.limit_in_bytes")}");
        var usage = host.ReadNumber($"{directory}/{(MemoryIsV2 ? "memory.current" : "memory.usage_in_bytes")}");
        if (limit is null or <= 0 or >= long.MaxValue / 2 || usage is null)
            return null;
        Span<byte> stat = stackalloc byte[4096];
        var length = Math.Max(0, host.Read($"{directory}/memory.stat", stat));
        var cache = Utf8Lines.Value(stat[..length], MemoryIsV2 ? "inactive_file"u8 : "total_inactive_file"u8) ?? 0;
        return Math.Max(0, limit.Value - Math.Max(0, usage.Value - cache));
    }

    private static (double Cores, string Source)? QuotaV2(IDeviceHost host, string directory)
    {
        var parts = host.ReadLine($"{directory}/cpu.max")?.Split(' ') ?? [];
        return parts.Length == 2 && Number(parts[0]) is > 0 and var quota && Number(parts[1]) is > 0 and var period
            ? (quota / period, $"{directory}/cpu.max") : null;
    }

    private static (double Cores, string Source)? QuotaV1(IDeviceHost host, string directory) =>
        host.ReadNumber($"{directory}/cpu.cfs_quota_us") is > 0 and var quota && host.ReadNumber($"{directory}/cpu.cfs_period_us") is > 0 and var period
            ? ((double)quota / period, $"{directory}/cpu.cfs_quota_us") : null;

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static ImmutableArray<string> Chain(Mount? mount, string[]? group)
    {
        if (mount is null || group is null)
            return [];
        // In a container without its own cgroup namespace the mount shows a subtree; the path is then relative to its root.
        var path = group[2];
        if (mount.Root.Length > 1)
            path = path == mount.Root || path.StartsWith(mount.Root + "/", StringComparison.Ordinal) ? path[mount.Root.Length..] : "";
        path = path.Trim('/');
        if (path.Split('/').Contains(".."))
            path = "";
        var chain = ImmutableArray.CreateBuilder<string>();
        for (; path.Length > 0; path = path[..Math.Max(0, path.LastIndexOf('/'))])
            chain.Add($"{mount.Point}/{path}");
        chain.Add(mount.Point);
        return chain.ToImmutable();
    }

    private sealed record Mount(string Root, string Point, string Type, string[] Options)
    {
        // "30 23 0:26 /root /point opts [optional…] - type source superoptions"
        public static Mount? Parse(string line)
        {
            var halves = line.Split(" - ", 2);
            var left = halves[0].Split(' ');
            var right = halves.Length == 2 ? halves[1].Split(' ') : [];
            return left.Length >= 5 && right.Length >= 3 && right[0].StartsWith("cgroup", StringComparison.Ordinal)
                ? new Mount(left[3], left[4], right[0], right[2].Split(',')) : null;
        }
    }
}
