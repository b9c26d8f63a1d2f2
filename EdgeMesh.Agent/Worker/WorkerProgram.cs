using System.Diagnostics;

namespace EdgeMesh.Agent.Worker;

/// <summary>How a worker process is started: this agent's own program with the hidden command <c>worker</c>.</summary>
internal static class WorkerProgram
{
    private const string AgentProgram = "edgemesh-agent";

    // glibc's own switches, read by nothing else: weights in huge pages (decoding took 1 to 21 % less processor time, see docs/benchmarks.md), and few arenas, which keeps memory down.
    private const string GlibcVariable = "GLIBC_TUNABLES";
    private const string GlibcSettings = "glibc.malloc.hugetlb=1:glibc.malloc.arena_max=2";

    /// <summary>The command line that runs this agent's program; the dashboard, which has the agent as a library, finds it beside itself.</summary>
    public static ProcessStartInfo Command(string pipe)
    {
        var isAgent = System.Reflection.Assembly.GetEntryAssembly()?.GetName().Name == AgentProgram;
        var own = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? AgentProgram + ".exe" : AgentProgram);
        var program = isAgent && Environment.ProcessPath is { } me && Path.GetFileNameWithoutExtension(me) == AgentProgram ? me : own;
        var start = File.Exists(program)
            ? new ProcessStartInfo(program)
            : new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, AgentProgram + ".dll")]);
        start.ArgumentList.Add("worker");
        start.ArgumentList.Add(pipe);
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        start.WorkingDirectory = AppContext.BaseDirectory;
        start.Environment.TryAdd(GlibcVariable, GlibcSettings);
        Hosting.EngineTelemetry.Off(start.Environment);

        // A worker handles files of strangers: it gets none of the agent's secrets.
        foreach (var name in start.Environment.Keys.Where(IsSecret).ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }

    private static bool IsSecret(string name) =>
        name.StartsWith("EDGEMESH", StringComparison.OrdinalIgnoreCase) ||
        name.Contains("TOKEN", StringComparison.OrdinalIgnoreCase) ||
        name.Contains("SECRET", StringComparison.OrdinalIgnoreCase) ||
        name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) ||
        name.EndsWith("KEY", StringComparison.OrdinalIgnoreCase);
}
