namespace EdgeMesh.Core.Jobs;

/// <summary>What follows from a <see cref="TaskKind"/>.</summary>
public static class TaskKinds
{
    /// <summary>Whether it takes no time worth waiting for, so that it is in no lane and needs no slot.</summary>
    public static bool IsLight(this TaskKind kind) => kind is TaskKind.Echo or TaskKind.Sysinfo;

    /// <summary>
    /// Whether two devices may do it at the same time, of which one result counts: an answer or a picture is all that it makes. A measurement tells of the device that it runs on, and
    /// the light kinds are done before anyone could ask a second device.
    /// </summary>
    public static bool MayRunTwice(this TaskKind kind) => kind is TaskKind.LlmGenerate or TaskKind.ImageGenerate;
}
