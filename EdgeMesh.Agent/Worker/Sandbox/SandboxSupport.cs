namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>What of the sandbox holds on this machine, in words for the device page.</summary>
internal static class SandboxSupport
{
    /// <summary>For example "no network, programs or writing (Landlock 7, seccomp)", or what is missing.</summary>
    public static string Describe() => OperatingSystem.IsLinux() ? Describe(Landlock.Version, Seccomp.IsKnownHere)
        : "Models run in a process of their own, not sandboxed: it may do what the agent's user may";

    internal static string Describe(int landlock, bool seccomp)
    {
        List<string> missing = [];
        if (landlock == 0)
        {
            missing.Add("files of this user can be read and written (the kernel has no Landlock)");
        }

        if (!seccomp)
        {
            missing.Add($"{(landlock >= 4 ? "UDP and Unix sockets" : "sockets")} and programs are not refused (seccomp is not known for this processor)");
        }

        var holds = $"Landlock {(landlock == 0 ? "missing" : $"{landlock}")}, seccomp {(seccomp ? "on" : "missing")}, no new privileges";
        return missing.Count == 0 ? $"Models may read only models and their runtime, write only their own scratch folder, and open no connection ({holds})"
            : $"Partly: {string.Join("; ", missing)} ({holds})";
    }
}
