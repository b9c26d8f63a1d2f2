using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.Storage.Artifacts;

/// <summary>Limits of the files that jobs make (configuration section <c>EdgeMesh:Artifacts</c>).</summary>
public sealed class ArtifactOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "EdgeMesh:Artifacts";

    /// <summary>Largest file in bytes; an attempt that sends more fails. Default 64 MiB; 1 KiB to 16 GiB.</summary>
    [Range(1L << 10, 1L << 34)]
    public long MaxBytes { get; set; } = 64L << 20;

    /// <summary>Most files of an attempt. Default 64; 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxPerAttempt { get; set; } = 64;

    /// <summary>Bytes of all files together; over it the files of the oldest ended jobs are removed. Default 10 GiB; 1 KiB to 16 TiB.</summary>
    [Range(1L << 10, 1L << 44)]
    public long MaxTotalBytes { get; set; } = 10L << 30;
}
