using System.Security.Cryptography;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Downloads;
using EdgeMesh.Agent.Models.Store.Http;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Models.Store;

/// <summary>A store in a folder of its own, with a client that may reach the given hosts.</summary>
public sealed class StoreFixture : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public StoreFixture(params string[] allowedHosts)
    {
        Access = new HttpAccess { AllowedHosts = [.. allowedHosts], Stall = TimeSpan.FromSeconds(20) };
        Store = ModelStore.Open(_folder["models"], TimeProvider.System);
    }

    public ModelStore Store { get; private set; }

    public HttpAccess Access { get; set; }

    public DeviceRoom Room { get; set; } = new(_ => 1L << 40, () => null);

    public StoreLimits Limits { get; set; } = new() { FirstRetry = TimeSpan.FromMilliseconds(1), Retries = 3, ProgressEvery = TimeSpan.Zero };

    public GuardedHttp Http => field ??= new GuardedHttp(Access, TimeProvider.System);

    public ModelInstaller Installer => new(Store, Room, Limits, TimeProvider.System);

    public string this[string name] => Path.Combine(_folder["models"], name);

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public UrlSource Url(Uri uri, string? sha256 = null, string? token = null) => new(Http, uri, sha256, token);

    public Task<ModelManifest> InstallAsync(IModelSource source, string id = "m", IProgress<InstallProgress>? progress = null, CancellationToken? stop = null) =>
        Installer.InstallAsync(new InstallRequest(ModelId.Parse(id), source), progress, stop ?? TestContext.Current.CancellationToken);

    /// <summary>The install fails by this name, and nothing of it is installed.</summary>
    public async Task<ModelStoreException> FailsAsync(IModelSource source, StoreFailure failure)
    {
        var e = await Assert.ThrowsAsync<ModelStoreException>(() => InstallAsync(source));
        Assert.Equal(failure, e.Failure);
        Assert.NotEmpty(e.Message);
        Assert.NotEmpty(e.Remedy);
        AssertNothingInstalled();
        return e;
    }

    public void AssertNothingInstalled()
    {
        Assert.Empty(Store.Models);
        Assert.All((string[])["manifests", "folders", "staging"], f => Assert.Empty(Directory.EnumerateFileSystemEntries(this[f])));
        Assert.Empty(Directory.EnumerateFiles(this["blobs"], "*", SearchOption.AllDirectories));
    }

    public byte[] Read(string id, string path) => File.ReadAllBytes(Path.Combine(Store.FolderOf(Store.Find(ModelId.Parse(id))!), path));

    public void Reopen()
    {
        Store.Dispose();
        Store = ModelStore.Open(_folder["models"], TimeProvider.System);
    }

    public void Dispose()
    {
        Store.Dispose();
        Http.Dispose();
        _folder.Dispose();
    }
}

/// <summary>Reports as they come, on the thread that makes them.</summary>
public sealed class Reports : IProgress<InstallProgress>
{
    private readonly Lock _lock = new();
    private readonly List<InstallProgress> _seen = [];

    public Action<InstallProgress> Then { get; init; } = _ => { };

    public IReadOnlyList<InstallProgress> Seen
    {
        get
        {
            lock (_lock)
            {
                return [.. _seen];
            }
        }
    }

    public void Report(InstallProgress value)
    {
        lock (_lock)
        {
            _seen.Add(value);
        }

        Then(value);
    }
}
