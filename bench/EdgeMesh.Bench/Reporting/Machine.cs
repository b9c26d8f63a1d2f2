using System.Runtime.InteropServices;

namespace EdgeMesh.Bench.Reporting;

/// <summary>Where it was measured, and how busy that machine was.</summary>
internal static class Machine
{
    private const string CpuInfo = "/proc/cpuinfo";
    private const string LoadAverage = "/proc/loadavg";

    public static string Describe()
    {
        var cpu = File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
            : null;
        var load = File.Exists(LoadAverage) ? $", load {string.Join(' ', File.ReadAllText(LoadAverage).Split(' ').Take(3))} at the start" : "";
        return $"{RuntimeInformation.OSDescription}, {cpu ?? RuntimeInformation.ProcessArchitecture.ToString()}, {Environment.ProcessorCount} cores, " +
            $"{RuntimeInformation.FrameworkDescription}{load}";
    }
}
