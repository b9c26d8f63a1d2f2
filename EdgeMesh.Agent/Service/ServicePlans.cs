namespace EdgeMesh.Agent.Service;

/// <summary>Makes the plan for each kind of system; pure.</summary>
public static partial class ServicePlans
{
    private const string Label = "dev.edgemesh.agent";
    private const string TermuxHome = "/data/data/com.termux/files/home";

    /// <summary>The plan, or null for a system without one.</summary>
    public static ServicePlan? For(ServiceKind kind, ServiceSpec spec) => kind switch
    {
        ServiceKind.SystemdSystem => Systemd(kind, spec, "/etc/systemd/system", []),
        ServiceKind.SystemdUser => Systemd(kind, spec, $"{spec.Home}/.config/systemd/user", ["--user"]),
        ServiceKind.LaunchAgent => Launchd(kind, spec, $"{spec.Home}/Library/LaunchAgents", $"gui/{spec.UserId}", $"{spec.Home}/Library/Logs/{ServiceSpec.Name}.log"),
        ServiceKind.LaunchDaemon => Launchd(kind, spec, "/Library/LaunchDaemons", "system", $"/Library/Logs/{ServiceSpec.Name}.log"),
        ServiceKind.Windows => Windows(spec),
        ServiceKind.Termux => Termux(spec),
        _ => null,
    };

    private static ServicePlan Launchd(ServiceKind kind, ServiceSpec spec, string folder, string domain, string log)
    {
        var text = $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0">
            <dict>
              <key>Label</key><string>{Label}</string>
              <key>ProgramArguments</key>
              <array>
            {string.Join('\n', spec.CommandLine.Select(a => $"    <string>{System.Security.SecurityElement.Escape(a)}</string>"))}
              </array>
              <key>RunAtLoad</key><true/>
              <key>KeepAlive</key><true/>
              <key>ThrottleInterval</key><integer>5</integer>
              <key>ProcessType</key><string>Background</string>
              <key>StandardOutPath</key><string>{System.Security.SecurityElement.Escape(log)}</string>
              <key>StandardErrorPath</key><string>{System.Security.SecurityElement.Escape(log)}</string>
            </dict>
            </plist>

            """;
        var path = $"{folder}/{Label}.plist";
        return new ServicePlan(
            kind,
            [new ServiceFile(path, text)],
            [new(["launchctl", "bootout", $"{domain}/{Label}"], MayFail: true), new(["launchctl", "bootstrap", domain, path])],
            [new(["launchctl", "bootout", $"{domain}/{Label}"], MayFail: true)],
            new(["launchctl", "print", $"{domain}/{Label}"]),
            log,
            kind == ServiceKind.LaunchAgent ? $"It starts when {spec.User} logs in. For a Mac that nobody logs in to, run the same with sudo." : "");
    }

    private static ServicePlan Windows(ServiceSpec spec)
    {
        // A service account of its own, which may read the program and write the device's data, and nothing else of anybody.
        const string Account = @"NT SERVICE\" + ServiceSpec.Name;
        var program = spec.Program[^1];
        return new ServicePlan(
            ServiceKind.Windows,
            [],
            [
                new(["sc.exe", "stop", ServiceSpec.Name], MayFail: true),
                new(["sc.exe", "delete", ServiceSpec.Name], MayFail: true),
                new(["sc.exe", "create", ServiceSpec.Name, "binPath=", string.Join(' ', spec.CommandLine.Select(WindowsQuoted)), "start=", "delayed-auto", "obj=", Account, "DisplayName=", "EdgeMesh agent"]),
                new(["sc.exe", "failure", ServiceSpec.Name, "reset=", "3600", "actions=", "restart/2000/restart/5000/restart/15000"]),
                new(["icacls.exe", spec.Data, "/grant", $"{Account}:(OI)(CI)F", "/T", "/Q"]),
                new(["icacls.exe", program[..program.LastIndexOf('\\')], "/grant", $"{Account}:(OI)(CI)RX", "/T", "/Q"]),
                new(["sc.exe", "start", ServiceSpec.Name]),
            ],
            [new(["sc.exe", "stop", ServiceSpec.Name], MayFail: true), new(["sc.exe", "delete", ServiceSpec.Name], MayFail: true)],
            new(["sc.exe", "query", ServiceSpec.Name]),
            "Event Viewer, Windows Logs, Application",
            "This needs a terminal that was started as administrator.");
    }

    private static ServicePlan Termux(ServiceSpec spec)
    {
        var line = string.Join(' ', spec.CommandLine.Select(ShellQuoted));
        var text = $"""
            #!/data/data/com.termux/files/usr/bin/sh
            # Android ends what it does not see in use: the wake lock keeps the agent, the loop brings it back.
            termux-wake-lock
            while :; do
              proot-distro login debian -- {line} >>"$HOME/{ServiceSpec.Name}.log" 2>&1
              sleep 5
            done

            """;
        var path = $"{TermuxHome}/.termux/boot/{ServiceSpec.Name}";
        return new ServicePlan(
            ServiceKind.Termux,
            [new ServiceFile(path, text, IsProgram: true)],
            [],
            [],
            new(["pgrep", "-f", ServiceSpec.Name + " run"]),
            $"{TermuxHome}/{ServiceSpec.Name}.log",
            "Install the app Termux:Boot and open it once; switch off battery optimisation for Termux. It starts at the next boot; to start it now, leave Debian and run: "
                + $"sh ~/.termux/boot/{ServiceSpec.Name} &");
    }

    private static string WindowsQuoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;

    private static string ShellQuoted(string argument) => argument.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.') ? argument : $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
