using System.Text.Json;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>A dashboard with LAN access on one host, devices on others.</summary>
internal sealed class LabMesh : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly NetworkLab _lab;
    private readonly TemporaryDirectory _directory = new();

    private LabMesh(NetworkLab lab, LabHost desk) => (_lab, Desk) = (lab, desk);

    /// <summary>Where the dashboard is.</summary>
    public LabHost Desk { get; }

    public DashboardProcess Dashboard { get; private set; } = null!;

    public string this[string name] => _directory[name];

    public static Task<LabMesh> StartAsync(params string[] tools) => StartAsync(null, tools);

    /// <summary>The same, with a dashboard that may have so many files open.</summary>
    public static Task<LabMesh> StartWithFilesAsync(int files) => StartAsync(files, []);

    private static async Task<LabMesh> StartAsync(int? files, string[] tools)
    {
        var lab = await NetworkLab.CreateAsync([.. tools]);
        try
        {
            var mesh = new LabMesh(lab, await lab.AddHostAsync("10.77.0.1"));
            mesh.Dashboard = await DashboardProcess.StartOnAsync(mesh.Desk, mesh["dashboard"], files, "--no-embedded-device", "--lan");
            return mesh;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public Task<LabHost> AddHostAsync(string address) => _lab.AddHostAsync(address);

    /// <summary>The line that "Add a device" shows for Linux.</summary>
    public async Task<string> LineAsync()
    {
        var (_, body) = await Dashboard.PostAsync("/api/join-tokens");
        return body.GetProperty("commands").GetProperty("linux").GetString()!;
    }

    /// <summary>Pastes the line into a shell of a host, as a user with a home of its own.</summary>
    public async Task<ChildProcess> PasteAsync(LabHost host, string name, string more = "--run") => host.Shell($"{await LineAsync()} {more} --name {name}", Home(name));

    /// <summary>Starts the installed agent again, as after a restart of the machine.</summary>
    public ChildProcess Installed(LabHost host, string name, string arguments = "run") => host.Shell($"exec \"$EDGEMESH_BIN/edgemesh-agent\" {arguments}", Home(name));

    public Task OnlineAsync(string name, TimeSpan? deadline = null) => Dashboard.DeviceAsync(name, d => State(d) == "Online", deadline ?? Patience);

    public async Task<JsonElement> DeviceAsync(string name) => (await Dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == name);

    public static string State(JsonElement device) => device.GetProperty("state").GetString()!;

    public async ValueTask DisposeAsync()
    {
        if (Dashboard is not null)
        {
            await Dashboard.DisposeAsync();
        }

        await _lab.DisposeAsync();
        _directory.Dispose();
    }

    private Dictionary<string, string> Home(string name) => new()
    {
        ["HOME"] = Directory.CreateDirectory(this[name]).FullName,
        ["XDG_DATA_HOME"] = this[name] + "/share",
        ["EDGEMESH_HOME"] = this[name] + "/program",
        ["EDGEMESH_BIN"] = this[name] + "/bin",
    };
}
