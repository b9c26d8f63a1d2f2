namespace EdgeMesh.Core.Jobs;

/// <summary>What follows from a <see cref="TaskKind"/>.</summary>
public static class TaskKinds
{
    /// <summary>Whether it takes no time worth waiting for, so that it is in no lane and needs no slot.</summary>
    public static bool IsLight(this TaskKind kind) => kind is TaskKind.Echo or TaskKind.Sysinfo;
}
