using System.Diagnostics;
using EdgeMesh.Agent.Worker.Sandbox;

namespace EdgeMesh.Agent.Worker;

/// <summary>How a worker process is started: this agent's own program with the hidden command <c>worker</c>.</summary>
internal static class WorkerProgram
{
    private const string AgentProgram = "edgemesh-agent";

    // glibc's own switches, read by nothing else: weights in huge pages (decoding took 1 to 21 % less processor time, see docs/benchmarks.md), and few arenas, which keeps memory down.
    private const string GlibcVariable = "GLIBC_TUNABLES";
    private const string GlibcSettings = "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=2";

    /// <summary>The command line that runs this agent's program; the dashboard, which has the agent as a library, finds it beside itself.</summary>
    /// <param name="pipe">The pipe on which it shall serve.</param>
    /// <param name="plan">What it may reach.</param>
    /// <param name="other">Another program or dll that shuts itself in the same way, for trying the sandbox out.</param>
    public static ProcessStartInfo Command(string pipe, SandboxPlan plan, string? other = null)
    {
        var isAgent = System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name == AgentProgram;
        var own = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? AgentProgram + ".exe" : AgentProgram);
        var program = isAgent && Environment.ProcessPath is { } me && Path.GetFileNameWithoutExtension(me) == AgentProgram ? me : own;
        var start = other is not null ? new ProcessStartInfo("dotnet", [other])
            : File.Exists(program)
            ? new ProcessStartInfo(program)
            : new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, AgentProgram + ".dll")]);
        foreach (var argument in (string[])["worker", pipe, .. plan.ToArguments()])
        {
            start.ArgumentList.Add(argument);
        }

        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        // Never the agent's own terminal.
        start.RedirectStandardInput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        start.WorkingDirectory = AppContext.BaseDirectory;
        start.Environment.TryAdd(GlibcVariable, GlibcSettings);
        EngineTelemetry.Off(start.Environment);

        // A worker handles files of strangers: it gets none of the agent's secrets.
        foreach (var name in start.Environment.Keys.Where(IsSecret).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["TMPDIR"] = plan.Scratch;
        return start;
    }

    private static bool IsSecret(string name) =>
        name.StartsWith("EDGEMESH", StringComparison.OrdinalIgnoreCase) ||
        name.Contains("TOKEN", StringComparison.OrdinalIgnoreCase) ||
        name.Contains("SECRET", StringComparison.OrdinalIgnoreCase) ||
        name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) ||
        name.EndsWith("KEY", StringComparison.OrdinalIgnoreCase);
}
