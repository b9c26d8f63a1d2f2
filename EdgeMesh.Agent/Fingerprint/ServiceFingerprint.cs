using EdgeMesh.Agent.Fingerprint.HostAccess;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>What the agent itself may reach on this machine, as a service or not: asked of the kernel, not of the unit's text, so that it is true for units that somebody changed.</summary>
public sealed class ServiceFingerprint : IFingerprint
{
    private const string Unit = ".service";
    private const string StartedAs = "Agent started as";
    private const string Closed = "Closed to the agent";
    private const string Open = "Open to the agent";
    private const string Remedy = "A service that root installs closes them (sudo edgemesh-agent service install)";

    public HostPlatform? Platform => null;

    public ValueTask ReadAsync(IDeviceHost host, ProfileDraft draft, CancellationToken cancellationToken)
    {
        var facts = host.Runtime.Platform == HostPlatform.Linux
            ? Linux(host.ReadText("/proc/self/cgroup"), host.ReadText("/proc/self/status"), host.ReadText("/proc/self/mountinfo"), draft.Android is not null)
            : Elsewhere(host.Runtime.Platform);
        foreach (var (name, value) in facts)
            draft.AddFact(name, value, host.Runtime.Platform == HostPlatform.Linux ? "/proc/self/cgroup, status, mountinfo" : "known of the system");
        return default;
    }

    /// <summary>In words; nothing when the kernel tells nothing.</summary>
    /// <param name="cgroup">Names the unit that it was started by.</param>
    /// <param name="status">Its privileges and capabilities.</param>
    /// <param name="mounts">What it sees of the files.</param>
    internal static IEnumerable<(string Name, string Value)> Linux(string? cgroup, string? status, string? mounts, bool isAndroid)
    {
        if (string.IsNullOrEmpty(status) || string.IsNullOrEmpty(mounts))
            return [];
        var facts = status.Split('\n').Select(l => l.Split(':', 2)).Where(p => p.Length == 2).ToLookup(p => p[0], p => p[1].Trim(), StringComparer.Ordinal);
        var seen = mounts.Split('\n').Select(Mount).OfType<(string Root, string Point, string Options, string Type)>().ToLookup(m => m.Point, StringComparer.Ordinal);
        (string Words, bool IsClosed)[] doors =
        [
            ("new privileges", facts["NoNewPrivs"].FirstOrDefault() == "1"),
            ("capabilities", facts["CapEff"].FirstOrDefault() is { Length: > 0 } capabilities && capabilities.All(c => c == '0')),
            ("writing to the system", seen["/"].LastOrDefault().Options?.Split(',').Contains("ro") == true),
            ("home folders", seen["/home"].LastOrDefault().Type == "tmpfs"),
            ("the /tmp of others", seen["/tmp"].LastOrDefault().Root?.Contains("/systemd-private-", StringComparison.Ordinal) == true),
        ];
        var open = Words(doors, isClosed: false);
        return
        [
            (StartedAs, Started(cgroup ?? "")),
            (Closed, Words(doors, isClosed: true) ?? "nothing"),
            (Open, open is null ? "nothing of these" : isAndroid ? open : $"{open}. {Remedy}"),
        ];
    }

    /// <summary>Where nothing of it can be asked.</summary>
    internal static IEnumerable<(string Name, string Value)> Elsewhere(HostPlatform platform) => platform switch
    {
        HostPlatform.Windows => [(Closed, "on Windows what its account may not: a service has one of its own, which may read the program and write its data"), (Open, "started by hand: all that its user may")],
        HostPlatform.MacOs => [(Closed, "nothing on macOS, as a service neither"), (Open, "all that its user may; a service that root installed may do everything")],
        _ => [],
    };

    private static string? Words(IEnumerable<(string Words, bool IsClosed)> doors, bool isClosed) => string.Join(", ", doors.Where(d => d.IsClosed == isClosed).Select(d => d.Words)) is { Length: > 0 } words ? words : null;

    // ".../user@1000.service/app.slice/x.service" is a user's own systemd; ".../session-1.scope" a terminal.
    private static string Started(string cgroup)
    {
        var units = cgroup.Split('\n').SelectMany(l => l.Split('/')).Where(p => p.EndsWith(Unit, StringComparison.Ordinal)).ToList();
        var isUsers = units.Exists(u => u.StartsWith("user@", StringComparison.Ordinal));
        return units.FindLast(u => !u.StartsWith("user@", StringComparison.Ordinal)) is not { } unit ? "no service of systemd"
            : isUsers ? $"a service of one user ({unit})" : $"a service of the machine ({unit})";
    }

    // "36 35 98:0 /root /point options … - type source options"
    private static (string Root, string Point, string Options, string Type)? Mount(string line)
    {
        var parts = line.Split(' ');
        var dash = Array.IndexOf(parts, "-");
        return dash < 6 || dash + 1 >= parts.Length ? null : (parts[3], parts[4], parts[5], parts[dash + 1]);
    }
}
