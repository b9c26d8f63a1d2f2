using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Contract;

/// <summary>Our client and the emulator, over real HTTP, with jobs that take moments.</summary>
internal sealed class EmulatedHub : IAsyncDisposable
{
    private static readonly HubTimings Quick = new()
    {
        FirstRetry = TimeSpan.FromMilliseconds(5),
        LongestRetry = TimeSpan.FromMilliseconds(20),
        FirstJobWait = TimeSpan.FromMilliseconds(5),
        LongestJobWait = TimeSpan.FromMilliseconds(20),
        Poll = TimeSpan.FromMilliseconds(20),
        StorageResponse = TimeSpan.FromSeconds(28), // the machine may be busy
    };

    private readonly QaiHubClientFactory _factory = new(TimeProvider.System, Quick);
    private readonly EmulatorHost _host;

    private EmulatedHub(EmulatorHost host)
    {
        _host = host;
        Client = _factory.Create(Config);
    }

    public static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public TemporaryDirectory Directory { get; } = new();

    public QaiHubConfig Config => new(_host.BaseAddress, _host.BaseAddress, _host.Token, "the test");

    public IQaiHubClient Client { get; }

    public QaiHubClientFactory Factory => _factory;

    public static async Task<EmulatedHub> StartAsync(long partBytes = 1_000_000_000)
    {
        var folder = System.IO.Directory.CreateTempSubdirectory("edgemesh-test-").FullName;
        return new EmulatedHub(await EmulatorHost.StartAsync(new EmulatorOptions { Folder = folder, Speed = 50_000, PartBytes = partBytes }, Cancelled)) { _folder = folder };
    }

    public void Fail(FaultKind kind, string path = "", string? text = null, int status = 500, int count = 1, long afterBytes = 0, string? method = null) =>
        _host.Faults.Arm(new Fault { Kind = kind, Path = path, Text = text, Status = status, Count = count, AfterBytes = afterBytes, Method = method });

    /// <summary>Writes a file here.</summary>
    public string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(Directory[name], content);
        return Directory[name];
    }

    public async Task<string> UploadAsync(byte[] content, string name = "tiny.onnx", IProgress<UploadProgress>? progress = null)
    {
        var state = await Client.Models.BeginUploadAsync(new ModelUpload(File(name, content), ModelType.Onnx, name), Cancelled);
        return await Client.Models.ContinueUploadAsync(state, progress, Cancelled);
    }

    public Task<HubDevice> DeviceAsync(string name = "Samsung Galaxy S24") => Client.Catalog.SelectDeviceAsync(new DeviceQuery(name), Cancelled);

    public async ValueTask DisposeAsync()
    {
        _factory.Dispose();
        await _host.DisposeAsync();
        Directory.Dispose();
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    private string _folder = "";
}
