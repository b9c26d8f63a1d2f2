using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Configuration section <c>EdgeMesh:Models</c>.</summary>
public sealed class ModelsOptions
{
    public const string Section = "EdgeMesh:Models";

    /// <summary>Private hosts that this computer's own device may fetch models from, as <c>nas.local</c> or <c>192.168.1.5:8080</c>. Default none: only public addresses.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Folders of this computer that its own device may take models from (<c>--models-from</c>). Default none.</summary>
    public IReadOnlyList<string> Folders { get; set; } = [];

    /// <summary>Most bytes of one upload. Default 8 GiB; 1 MiB to 1 TiB.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxUploadBytes { get; set; } = 8L << 30;

    /// <summary>How long an upload waits to be installed, or installed again after a failure. Default 1 hour; 1 minute to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan UploadsAreKept { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Transfers that run at once. Default 16; 1 to 256.</summary>
    [Range(1, 256)]
    public int MaxTransfers { get; set; } = 16;
}
