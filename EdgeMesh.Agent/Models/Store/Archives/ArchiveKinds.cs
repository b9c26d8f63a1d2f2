namespace EdgeMesh.Agent.Models.Store.Archives;

/// <summary>Archives that are unpacked.</summary>
internal enum ArchiveKind
{
    Zip,
    Tar,
    TarGz,
}

internal static class ArchiveKinds
{
    /// <summary>By the name's ending; null when it is no archive.</summary>
    public static ArchiveKind? Of(string name) =>
        name.EndsWith(".zip", StringComparison.OrdinalIgnoreCase) ? ArchiveKind.Zip
        : name.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) ? ArchiveKind.Tar
        : name.EndsWith(".tar.gz", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tgz", StringComparison.OrdinalIgnoreCase) ? ArchiveKind.TarGz
        : null;
}
