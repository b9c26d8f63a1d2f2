using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Configuration section <c>EdgeMesh:QaiHub</c>.</summary>
public sealed class QaiHubOptions
{
    public const string Section = "EdgeMesh:QaiHub";

    /// <summary>Use an emulator in this process instead of the service (<c>--qaihub-emulator</c>). Default off.</summary>
    public bool Emulator { get; set; }

    /// <summary>How many times faster than usual the emulator's jobs run. Default 1; 0.1 to 1,000.</summary>
    [Range(0.1, 1000)]
    public double EmulatorSpeed { get; set; } = 1;

    /// <summary>Milliseconds between two questions of the tracker, at least. Default 1,000; 1 to 60,000.</summary>
    [Range(1, 60_000)]
    public int GapMs { get; set; } = 1_000;

    /// <summary>Most bytes of one upload. Default 10 GB, the service's own limit; 1 MiB to 10 GB.</summary>
    [Range(1L << 20, 10_000_000_000)]
    public long MaxUploadBytes { get; set; } = 10_000_000_000;

    /// <summary>Most bytes of one artifact. Default 10 GB; 128 to 10 GB.</summary>
    [Range(128, 10_000_000_000)]
    public long MaxArtifactBytes { get; set; } = 10_000_000_000;

    /// <summary>Bytes of all downloaded artifacts together; over it the oldest go first. Default 20 GiB; 1 MiB to 16 TiB.</summary>
    [Range(1L << 20, 1L << 44)]
    public long MaxTotalBytes { get; set; } = 20L << 30;

    /// <summary>Most bytes of the numbers of one data set, and of its file. Default 512 MiB; 1 MiB to 2 GiB: they are in memory while it is made.</summary>
    [Range(1L << 20, 2L << 30)]
    public long MaxDatasetBytes { get; set; } = 512L << 20;

    /// <summary>Where Qualcomm's public models are, or a mirror with the same folders; ends with a slash. Default Qualcomm's public storage.</summary>
    [RegularExpression("^https?://.+/$", ErrorMessage = "EdgeMesh:QaiHub:ZooAddress must begin with https:// and end with a slash.")]
    public string ZooAddress { get; set; } = Zoo.ZooAddress.Base;
}
