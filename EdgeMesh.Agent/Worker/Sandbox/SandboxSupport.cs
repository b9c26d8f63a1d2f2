namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>What of the sandbox holds on this machine, in words for the device page.</summary>
internal static class SandboxSupport
{
    /// <summary>For example "no network, programs or writing (Landlock 7, seccomp)", or what is missing.</summary>
    public static string Describe() => OperatingSystem.IsLinux() ? Describe(Landlock.Version, Seccomp.IsKnownHere)
        : NotOn(OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "macOS" : "this system");

    /// <summary>What is missing where there is no sandbox.</summary>
    internal static string NotOn(string system) =>
        $"Not sandboxed on {system}: models run in a process of their own, which may read, write, connect and start programs as the agent's user may";

    internal static string Describe(int landlock, bool seccomp)
    {
        List<string> missing = [];
        if (landlock == 0)
        {
            missing.Add("this user's files are open (no Landlock in the kernel)");
        }

        if (!seccomp)
        {
            missing.Add($"{(landlock >= 4 ? "UDP and Unix sockets" : "sockets")} and programs are not refused (seccomp is not known here)");
        }

        var holds = $"Landlock {(landlock == 0 ? "missing" : $"{landlock}")}, seccomp {(seccomp ? "on" : "missing")}, no new privileges";
        return missing.Count == 0 ? $"Models may read only models and their runtime, write only their own scratch folder, and open no connection ({holds})"
            : $"Partly: {string.Join("; ", missing)} ({holds})";
    }
}
