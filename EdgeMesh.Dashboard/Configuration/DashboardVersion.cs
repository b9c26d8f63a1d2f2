using System.Reflection;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>Which version of the dashboard this is.</summary>
public static class DashboardVersion
{
    /// <summary>As <c>1.2.3</c>, and <c>+</c> with the commit where it is known.</summary>
    public static string Current { get; } =
        typeof(DashboardVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
