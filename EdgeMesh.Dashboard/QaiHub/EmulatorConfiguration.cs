using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>An emulator in this process, with its state in the data directory.</summary>
public sealed class EmulatorConfiguration(DashboardOptions dashboard, QaiHubOptions options, TimeProvider time) : IHubConfiguration, IHostedService
{
    private const string PortFile = "port";
    private static readonly Uri NotStarted = new("http://127.0.0.1/");
    private EmulatorHost? _host;

    public bool IsEmulated => true;

    public string Key => "emulator";

    public Uri Address => _host?.BaseAddress ?? NotStarted;

    public HubSettings Settings => new(Address.AbsoluteUri.TrimEnd('/'), null, "", ["--qaihub-emulator: the emulator in this dashboard is used, nothing else was looked at"], true, false);

    public ConfigSearch Search() => new(new QaiHubConfig(Address, Address, _host?.Token ?? "", "--qaihub-emulator"), null, Settings.Looked);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(dashboard.DataDirectory, "qaihub", "emulator");
        try
        {
            Directory.CreateDirectory(folder);
            _host = await StartAsync(folder, cancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, PortFile), $"{_host.BaseAddress.Port}", cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"The emulator of Qualcomm AI Hub could not start in {folder}: {e.Message} Start without --qaihub-emulator, or free the folder.", e);
        }
    }

    // The port of the last time: addresses that it gave out for an upload are good again then.
    private async Task<EmulatorHost> StartAsync(string folder, CancellationToken cancellationToken)
    {
        var asked = new EmulatorOptions { Folder = folder, Speed = options.EmulatorSpeed, Time = time };
        var file = Path.Combine(folder, PortFile);
        if (File.Exists(file) && int.TryParse(await File.ReadAllTextAsync(file, cancellationToken), out var port) && port is > 0 and < 65536)
        {
            try
            {
                return await EmulatorHost.StartAsync(asked with { Port = port }, cancellationToken);
            }
            catch (IOException)
            {
                // Another program has it now.
            }
        }

        return await EmulatorHost.StartAsync(asked, cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}
