using System.ComponentModel.DataAnnotations;

namespace EdgeMesh.Dashboard.Configuration;

/// <summary>Configuration section <c>EdgeMesh</c>; the command line sets the same values.</summary>
public sealed class DashboardOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "EdgeMesh";

    /// <summary>Where everything is kept (<c>--data</c>). Default: the per-user data folder + <c>/edgemesh</c>. Created owner-only.</summary>
    [Required]
    public string DataDirectory { get; set; } = "";

    /// <summary>Whether this process runs a device of its own (<c>--no-embedded-device</c> switches it off). Default on.</summary>
    public bool EmbeddedDevice { get; set; } = true;

    /// <summary>
    /// OpenAI-compatible servers of the device of this process, as <c>http://127.0.0.1:8000/v1</c>, besides the engines it finds; their keys are in the environment variable
    /// <c>EDGEMESH_OPENAI_KEY</c>, as the agent's. Default none.
    /// </summary>
    [OpenAiAddresses]
    public IReadOnlyList<string> OpenAiServers { get; set; } = [];

    /// <summary>Name of the mesh in the top bar. Default <c>Home mesh</c>; 1 to 64 characters.</summary>
    [Required, StringLength(64, MinimumLength = 1)]
    public string MeshName { get; set; } = "Home mesh";

    /// <summary>Minutes a join token lives. Default 15; 1 to 1,440.</summary>
    [Range(1, 1440)]
    public int JoinTokenMinutes { get; set; } = 15;

    /// <summary>
    /// Names, besides the loopback ones and the literal address of the connection, by which browsers may call this dashboard, such as
    /// the public name of a reverse proxy; with its port (<c>mesh.example:9443</c>) when that is not the scheme's usual one. Default none: a page of another
    /// name cannot reach it (DNS rebinding).
    /// </summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

    /// <summary>
    /// The path under which a reverse proxy shows the dashboard, such as <c>/mesh</c>. Default none. It may be passed on or cut off by the proxy; links and
    /// cookies carry it either way.
    /// </summary>
    [RegularExpression("^(/[A-Za-z0-9._~-]+)+$", ErrorMessage = "EdgeMesh:PathBase is a path such as /mesh, without a slash at its end.")]
    public string? PathBase { get; set; }

    /// <summary>Longest request body in bytes; more is a 413. Default 16 MiB; 1 MiB to 1 GiB. Keep it above <c>EdgeMesh:Jobs:MaxTextBytes</c>.</summary>
    [Range(1L << 20, 1L << 30)]
    public long MaxRequestBytes { get; set; } = 16L << 20;

    /// <summary>Failed logins of one address in a minute before it has to wait. Default 10; 1 to 1,000.</summary>
    [Range(1, 1000)]
    public int FailedLoginsPerMinute { get; set; } = 10;

    /// <summary>A reader of a job's events that takes nothing for so long is cut off. Default 20 s; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SlowReaderAfter { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Where <c>eng/publish-agents</c> put the agents to hand out. Default: <c>agents</c> beside the program, or <c>publish/agents</c> of a checkout.</summary>
    public string? AgentsDirectory { get; set; }

    /// <summary>Name of the database in the data folder.</summary>
    public const string DatabaseFile = "edgemesh.db";

    public string DatabasePath => Path.Combine(DataDirectory, DatabaseFile);

    public string ArtifactsPath => Path.Combine(DataDirectory, "artifacts");

    public string EmbeddedDevicePath => Path.Combine(DataDirectory, "device");

    /// <summary>What people dismissed under "Needs attention".</summary>
    public string DismissalsPath => Path.Combine(DataDirectory, "dismissed.json");

    /// <summary>What people set on the Settings page: the models they prefer.</summary>
    public string ModelSettingsPath => Path.Combine(DataDirectory, "models.json");

    /// <summary>The mesh's CA and the server's key.</summary>
    public string AuthorityPath => Path.Combine(DataDirectory, "ca");

    /// <summary>How the LAN switch in Settings was left.</summary>
    public string LanSettingsPath => Path.Combine(DataDirectory, "lan.json");

    /// <summary>The first key's secret, one line.</summary>
    public string AdminKeyPath => Path.Combine(DataDirectory, "admin.key");

    /// <summary>The keys that protect session cookies.</summary>
    public string KeyRingPath => Path.Combine(DataDirectory, "keys");
}
