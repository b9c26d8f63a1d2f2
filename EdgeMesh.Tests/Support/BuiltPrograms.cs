using System.Reflection;

namespace EdgeMesh.Tests.Support;

/// <summary>Where the programs under test were built by this very build.</summary>
public static class BuiltPrograms
{
    public static string RepositoryRoot { get; } = Metadata("RepositoryRoot");

    public static string Dashboard { get; } = Output("EdgeMesh.Dashboard", "EdgeMesh.Dashboard.dll");

    public static string Agent { get; } = Output("EdgeMesh.Agent", "edgemesh-agent.dll");

    public static string Emulator { get; } = Output("EdgeMesh.QaiHub.Emulator", "EdgeMesh.QaiHub.Emulator.dll");

    /// <summary>What a hostile model would try; see its project.</summary>
    public static string Probe { get; } = Output("EdgeMesh.Tests.Probe", "EdgeMesh.Tests.Probe.dll");

    private static string Output(string project, string file) =>
        Path.Combine(RepositoryRoot, project, "bin", Metadata("BuildConfiguration"), Metadata("BuildFramework"), file);

    private static string Metadata(string key) =>
        typeof(BuiltPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(a => a.Key == key).Value!;
}
