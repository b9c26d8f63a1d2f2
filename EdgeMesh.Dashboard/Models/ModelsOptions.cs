using System.ComponentModel.DataAnnotations;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Dashboard.Configuration;

namespace EdgeMesh.Dashboard.Models;

/// <summary>Configuration section <c>EdgeMesh:Models</c>.</summary>
public sealed class ModelsOptions
{
    public const string Section = "EdgeMesh:Models";

    /// <summary>Private hosts that this computer's own device may fetch models from, as <c>nas.local</c> or <c>192.168.1.5:8080</c>. Default none: only public addresses.</summary>
    public IReadOnlyList<string> AllowedHosts { get; set; } = [];

    /// <summary>Folders of this computer that its own device may take models from, absolute (<c>--models-from</c> adds to them). Default none.</summary>
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

    /// <summary>Adds what the command line names to what the configuration has.</summary>
    /// <exception cref="StartupException">One is no folder.</exception>
    internal static void AddFolders(IConfiguration configuration, IReadOnlyList<string> named)
    {
        var (folders, problem) = FolderNames.Read(named, "--models-from", Environment.CurrentDirectory);
        if (problem is not null)
        {
            throw new StartupException(problem) { ExitCode = 2 };
        }

        var section = configuration.GetSection($"{Section}:{nameof(Folders)}");
        var first = section.GetChildren().Count();
        foreach (var (at, folder) in folders.Index())
        {
            section[$"{first + at}"] = folder;
        }
    }

    /// <summary>The options with folders that can be used.</summary>
    /// <exception cref="StartupException">One is no folder.</exception>
    internal void CheckFolders()
    {
        var (folders, problem) = FolderNames.Read(Folders, $"{Section}:{nameof(Folders)}", from: null);
        Folders = problem is null ? folders : throw new StartupException(problem);
    }
}
