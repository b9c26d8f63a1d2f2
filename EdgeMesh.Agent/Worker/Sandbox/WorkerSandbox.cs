using System.Text;

namespace EdgeMesh.Agent.Worker.Sandbox;

/// <summary>
/// How a worker shuts itself in before it reads the first model. Both Landlock and the loss of rights bind the calling thread only, and a .NET process has many: so the
/// main thread takes them and becomes the same program again (<see cref="Enter"/>); inside, seccomp is put on all threads (<see cref="Seal"/>).
/// </summary>
internal static class WorkerSandbox
{
    private const ulong MostOpenFiles = 1024;

    // .NET keeps its own compiled code in a file in memory of 2 GiB, most of it never used.
    private const ulong LargestFile = 4UL << 30;

    /// <summary>Goes inside; does not return on Linux, unless it is inside. Elsewhere nothing happens: <see cref="SandboxSupport"/> says so.</summary>
    /// <param name="arguments">The command line, with a <see cref="SandboxPlan"/>.</param>
    /// <exception cref="IOException">The kernel refused; nothing hostile was read yet.</exception>
    public static void Enter(IReadOnlyList<string> arguments)
    {
        if (!OperatingSystem.IsLinux() || arguments.Contains(SandboxPlan.Inside) || SandboxPlan.Parse(arguments) is not { } plan)
        {
            return;
        }

        if (!LinuxCalls.IsMainThread)
        {
            throw new IOException("The sandbox is entered on the main thread only.");
        }

        LinuxCalls.OwnSession();
        LinuxCalls.NoNewPrivileges();
        LinuxCalls.NoCapabilities();
        LinuxCalls.Limit(MostOpenFiles, LargestFile);
        var (program, environment) = (Environment.ProcessPath!, Variables());
        var again = File.ReadAllText("/proc/self/cmdline", Encoding.UTF8).TrimEnd('\0').Split('\0');
        Landlock.Restrict([.. RuntimePaths.Read(), .. plan.Read], [plan.Scratch], [.. RuntimePaths.Devices, .. plan.Devices]);
        throw LinuxCalls.Become(program, [.. again, SandboxPlan.Inside], environment);
    }

    /// <summary>Closes the last door, once the pipe to the agent is open: no new sockets, programs or processes.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    public static void Seal(IReadOnlyList<string> arguments)
    {
        if (OperatingSystem.IsLinux() && arguments.Contains(SandboxPlan.Inside))
        {
            Seccomp.Install();
        }
    }

    // The program finds .NET by its place, not by files in /etc; and nobody attaches a debugger.
    private static List<string> Variables()
    {
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(v => (string)v.Key, v => (string?)v.Value ?? "");
        variables["DOTNET_EnableDiagnostics"] = "0";
        if (RuntimePaths.DotnetRoot is { } root)
        {
            variables["DOTNET_ROOT"] = root;
        }

        return [.. variables.Select(v => $"{v.Key}={v.Value}")];
    }
}
