using System.Runtime.InteropServices;

namespace EdgeMesh.Dashboard.Joining;

/// <summary>The platforms there are agents for, by .NET's names.</summary>
public static class Platforms
{
    public static ImmutableArray<string> All { get; } = ["linux-x64", "linux-arm64", "osx-arm64", "win-x64", "win-arm64"];

    /// <summary>This process's own.</summary>
    public static string Own { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux") + "-" + RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();

    /// <summary>Windows unpacks zip by itself, the others tar.gz.</summary>
    public static string ArchiveName(string rid) => $"edgemesh-agent-{rid}.{(rid.StartsWith("win", StringComparison.Ordinal) ? "zip" : "tar.gz")}";
}
