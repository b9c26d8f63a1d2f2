namespace EdgeMesh.Agent.Service;

/// <summary>systemd. For the machine the agent gets a user of its own and sees nothing of anybody; for one user what a user's own systemd can do without root.</summary>
public static partial class ServicePlans
{
    private const string Unit = ServiceSpec.Name + ".service";

    // What needs no mounts, so that it works for a user's own service too. Not MemoryDenyWriteExecute: .NET compiles at run time.
    private const string Common = """
        NoNewPrivileges=true
        LockPersonality=true
        RestrictRealtime=true
        RestrictSUIDSGID=true
        RestrictNamespaces=true
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
        SystemCallArchitectures=native
        UMask=0077
        LimitCORE=0
        """;

    private static readonly string[] Homes = ["/home/", "/root/", "/run/user/"];

    private static ServicePlan Systemd(ServiceKind kind, ServiceSpec spec, string folder, ImmutableArray<string> scope)
    {
        var forAll = kind == ServiceKind.SystemdSystem;
        var text = $"""
            [Unit]
            Description=EdgeMesh agent
            {(forAll ? "Wants=network-online.target\nAfter=network-online.target\n" : "")}StartLimitIntervalSec=0

            [Service]
            ExecStart={string.Join(' ', spec.CommandLine.Select(SystemdQuoted))}
            Restart=always
            RestartSec=2
            TimeoutStopSec=10
            {Common}
            {(forAll ? OwnUser(spec) : "")}
            [Install]
            WantedBy={(forAll ? "multi-user.target" : "default.target")}

            """;
        ImmutableArray<string> systemctl = ["systemctl", .. scope];
        return new ServicePlan(
            kind,
            [new ServiceFile($"{folder}/{Unit}", text)],
            [
                .. forAll ? MakeUser() : [],
                new([.. systemctl, "daemon-reload"]), new([.. systemctl, "enable", Unit]), new([.. systemctl, "restart", Unit]),
                .. forAll ? Array.Empty<ServiceStep>() : [new ServiceStep(["loginctl", "enable-linger", spec.User], MayFail: true)],
            ],
            [new([.. systemctl, "disable", "--now", Unit], MayFail: true), new([.. systemctl, "daemon-reload"], MayFail: true)],
            new([.. systemctl, "is-active", "--quiet", Unit]),
            $"journalctl {(forAll ? "-u" : "--user -u")} {ServiceSpec.Name}",
            forAll ? "" : $"It survives logout when lingering is on: loginctl enable-linger {spec.User}");
    }

    // The home folders are empty for it, but for its own data; a restart takes over what root wrote there, as by "join".
    private static string OwnUser(ServiceSpec spec) => $"""
        User={ServiceSpec.Name}
        ExecStartPre=+/bin/chown -R {ServiceSpec.Name}: {SystemdQuoted(spec.Data)}
        ProtectSystem=strict
        ReadWritePaths={SystemdPath(spec.Data)}
        ProtectHome=tmpfs
        {Visible("BindPaths", spec.Data)}{Visible("BindReadOnlyPaths", Path.GetDirectoryName(spec.Program[^1]) ?? "")}PrivateTmp=true
        CapabilityBoundingSet=
        ProtectKernelTunables=true
        ProtectKernelModules=true
        ProtectKernelLogs=true
        ProtectControlGroups=true
        ProtectClock=true
        ProtectHostname=true

        """;

    private static string Visible(string setting, string folder) => Homes.Any(h => folder.StartsWith(h, StringComparison.Ordinal)) ? $"{setting}={SystemdPath(folder)}\n" : "";

    // Groups that may use accelerators; not every system has them.
    private static IEnumerable<ServiceStep> MakeUser() =>
    [
        new(["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ServiceSpec.Name], MayFail: true),
        new(["usermod", "-a", "-G", "video", ServiceSpec.Name], MayFail: true),
        new(["usermod", "-a", "-G", "render", ServiceSpec.Name], MayFail: true),
    ];

    // In a list of paths only % is expanded.
    private static string SystemdPath(string path) => SystemdQuoted(path).Replace("$$", "$", StringComparison.Ordinal);

    // systemd expands % and $ in what it starts.
    private static string SystemdQuoted(string argument)
    {
        var safe = argument.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return argument.Any(c => c is ' ' or '\t' or '"' or '\'' or '\\' or ';') ? $"\"{safe}\"" : safe;
    }
}
