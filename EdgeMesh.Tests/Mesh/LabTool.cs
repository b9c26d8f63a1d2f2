using System.Diagnostics;

namespace EdgeMesh.Tests.Mesh;

/// <summary>Runs the system's network tools.</summary>
internal static class LabTool
{
    public static bool Exists(string tool) => Folders().Any(f => File.Exists(Path.Combine(f, tool)));

    /// <summary>What it printed; fails with that when it failed.</summary>
    public static async Task<string> RunAsync(params string[] command)
    {
        var (code, output) = await TryAsync(command);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {output}");
    }

    public static async Task<(int Code, string Output)> TryAsync(params string[] command)
    {
        var start = new ProcessStartInfo(Folders().Select(f => Path.Combine(f, command[0])).First(File.Exists), command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output).Trim());
    }

    // A login's PATH need not have the administrator's tools.
    private static IEnumerable<string> Folders() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Concat(["/usr/sbin", "/sbin", "/usr/bin"]);
}
