using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Agent.Models.Store;

/// <summary>The store on a real disk: atomic, shared by content, swept at start.</summary>
public sealed class ModelStoreTests : IDisposable
{
    private readonly StoreFixture _store = new();
    private readonly TemporaryDirectory _folder = new();

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Install_Folder_IsThereAfterReopening()
    {
        var manifest = await InstallAsync("model", ("model_index.json", "{}"), ("unet/model.onnx", "weights"));
        _store.Reopen();
        var again = Assert.Single(_store.Store.Models);
        Assert.Equal(manifest.Files.AsEnumerable(), again.Files);
        Assert.Equal((ModelKind.ImageOnnx, manifest.InstalledAt), (again.Kind, again.InstalledAt));
        Assert.Equal([Skill.Image], again.Skills.AsEnumerable());
        Assert.Equal("weights"u8.ToArray(), _store.Read("model", "unet/model.onnx"));
        Assert.Empty(_store.Store.LastSweep.Rebuilt);
    }

    [Fact]
    public async Task Remove_SharedFile_StaysUntilTheLastModel()
    {
        await InstallAsync("one", ("a.onnx", "shared"), ("b.onnx", "own"));
        await InstallAsync("two", ("c.onnx", "shared"));
        Assert.Equal(2, Blobs().Count);
        Assert.True(await RemoveAsync("one"));
        Assert.Equal("shared"u8.ToArray(), _store.Read("two", "c.onnx"));
        Assert.Single(Blobs());
        Assert.True(await RemoveAsync("two"));
        Assert.False(await RemoveAsync("two"));
        _store.AssertNothingInstalled();
    }

    [Fact]
    public async Task Install_NewVersion_ReplacesTheOldWhole()
    {
        await InstallAsync("model", ("a.onnx", "old"), ("config.json", "{}"));
        await InstallAsync("model", ("a.onnx", "new"));
        var manifest = Assert.Single(_store.Store.Models);
        Assert.Equal(["a.onnx"], Directory.EnumerateFiles(_store.Store.FolderOf(manifest)).Select(f => Path.GetFileName(f)!));
        Assert.Equal("new"u8.ToArray(), _store.Read("model", "a.onnx"));
        Assert.Single(Blobs());
        Assert.Single(Directory.EnumerateDirectories(_store["folders/model"]));
    }

    [Fact]
    public async Task Open_AfterACrash_RemovesWhatWasNeverInstalled()
    {
        await InstallAsync("model", ("a.onnx", "kept"));
        Directory.CreateDirectory(_store["staging/x/y"]);
        Directory.CreateDirectory(_store["folders/never/1234"]);
        Directory.CreateDirectory(_store["folders/model/other-version"]);
        Directory.CreateDirectory(_store["blobs/sha256/00"]);
        await File.WriteAllTextAsync(_store["blobs/sha256/00/" + new string('0', 64)], "orphan", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_store["manifests/broken.json"], "{ half", TestContext.Current.CancellationToken);
        _store.Reopen();
        Assert.Equal(["model"], _store.Store.Models.Select(m => m.Id));
        Assert.Equal((1, 1), (_store.Store.LastSweep.Leftovers, _store.Store.LastSweep.Blobs));
        Assert.Equal(["broken"], _store.Store.LastSweep.Broken.AsEnumerable());
        Assert.Equal(["model"], Directory.EnumerateDirectories(_store["folders"]).Select(d => Path.GetFileName(d)!));
        Assert.Single(Directory.EnumerateDirectories(_store["folders/model"]));
        Assert.Single(Blobs());
    }

    [Fact]
    public async Task Open_FolderIncomplete_IsBuiltAgain()
    {
        var manifest = await InstallAsync("model", ("a.onnx", "one"), ("b/config.json", "two"));
        File.Delete(Path.Combine(_store.Store.FolderOf(manifest), "b/config.json"));
        _store.Reopen();
        Assert.Equal(["model"], _store.Store.LastSweep.Rebuilt.AsEnumerable());
        Assert.Equal("two"u8.ToArray(), _store.Read("model", "b/config.json"));
    }

    [Fact]
    public async Task Open_BlobMissing_SaysThatTheModelIsGone()
    {
        await InstallAsync("model", ("a.onnx", "one"));
        File.Delete(Blobs().Single());
        _store.Reopen();
        Assert.Equal(["model"], _store.Store.LastSweep.Broken.AsEnumerable());
        _store.AssertNothingInstalled();
    }

    [Theory]
    [InlineData("\"id\": \"other\"")]
    [InlineData("\"path\": \"../../evil\"")]
    [InlineData("\"sha256\": \"../../evil\"")]
    [InlineData("\"files\": null")]
    public async Task Open_ManifestWasTamperedWith_IsNotBelieved(string with)
    {
        await InstallAsync("model", ("a.onnx", "one"));
        var file = _store["manifests/model.json"];
        var name = with[..(with.IndexOf(':', StringComparison.Ordinal) + 1)];
        var lines = (await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken)).Select(l => l.TrimStart().StartsWith(name, StringComparison.Ordinal) ? with + (l.EndsWith(',') ? "," : "") : l);
        await File.WriteAllLinesAsync(file, lines, TestContext.Current.CancellationToken);
        _store.Reopen();
        _store.AssertNothingInstalled();
    }

    [Fact]
    public async Task Verify_ByteChangedOnDisk_NamesTheFile()
    {
        var manifest = await InstallAsync("model", ("a.onnx", "good"), ("b.onnx", "flipped"));
        Assert.Empty(await _store.Store.VerifyAsync(manifest, TestContext.Current.CancellationToken));
        var blob = Blobs().Single(b => File.ReadAllText(b) == "flipped");
        File.Delete(blob);
        await File.WriteAllTextAsync(blob, "flopped", TestContext.Current.CancellationToken);
        Assert.Equal(["b.onnx"], (await _store.Store.VerifyAsync(manifest, TestContext.Current.CancellationToken)).Select(f => f.Path));
    }

    [Fact]
    public async Task Install_AgainAfterDamage_RepairsEveryModelThatSharesTheFile()
    {
        await InstallAsync("other", ("copy.onnx", "precious"));
        var manifest = await InstallAsync("model", ("a.onnx", "precious"));
        File.Delete(Blobs().Single());
        await File.WriteAllTextAsync(_store["blobs/sha256/" + manifest.Files[0].Sha256[..2] + "/" + manifest.Files[0].Sha256], "pretious", TestContext.Current.CancellationToken);
        await InstallAsync("model", ("a.onnx", "precious"));
        Assert.Empty(await _store.Store.VerifyAsync(manifest, TestContext.Current.CancellationToken));
        Assert.Equal("precious"u8.ToArray(), _store.Read("model", "a.onnx"));
        Assert.Equal("precious"u8.ToArray(), _store.Read("other", "copy.onnx"));
    }

    [Fact]
    public async Task AddModelStore_InAHost_InstallsWithItsDefaults()
    {
        Write(("a.onnx", "one"));
        using var root = new TemporaryDirectory();
        await using var services = new ServiceCollection()
            .AddSingleton(new StoreLimits { DiskReserveBytes = 0 })
            .AddModelStore(_ => root.Path)
            .BuildServiceProvider();
        await services.GetRequiredService<ModelInstaller>().InstallAsync(
            new InstallRequest(ModelId.From("A Model"), new FolderSource(_folder.Path)), null, TestContext.Current.CancellationToken);
        Assert.Equal(["a-model"], services.GetRequiredService<ModelStore>().Models.Select(m => m.Id));
    }

    [Fact]
    public void Open_SecondTime_SaysInUse() =>
        Assert.Equal(StoreFailure.InUse, Assert.Throws<ModelStoreException>(() => ModelStore.Open(_store["."], TimeProvider.System)).Failure);

    [Fact]
    public async Task Install_FolderWithSymbolicLink_IsUnsafe()
    {
        Write(("a.onnx", "one"));
        File.CreateSymbolicLink(_folder["link.onnx"], "/etc/passwd");
        await _store.FailsAsync(new FolderSource(_folder.Path), StoreFailure.UnsafePath);
    }

    [Fact]
    public async Task Install_FolderThatIsNotThere_IsNotFound() =>
        await _store.FailsAsync(new FolderSource(_folder["nothing"]), StoreFailure.NotFound);

    [Fact]
    public async Task Install_ManyAtOnce_AreAllThere()
    {
        Write(("a.onnx", "same for all"));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var own = Directory.CreateDirectory(_folder[$"own{i}"]);
            await File.WriteAllTextAsync(Path.Combine(own.FullName, "a.onnx"), "same for all");
            await File.WriteAllTextAsync(Path.Combine(own.FullName, "b.onnx"), $"only {i}");
            await _store.InstallAsync(new FolderSource(own.FullName), $"m{i}");
        })));
        Assert.Equal(8, _store.Store.Models.Length);
        Assert.Equal(9, Blobs().Count);
        Assert.Equal("only 5"u8.ToArray(), _store.Read("m5", "b.onnx"));
    }

    private Task<ModelManifest> InstallAsync(string id, params (string Path, string Content)[] files)
    {
        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
        Write(files);
        return _store.InstallAsync(new FolderSource(_folder.Path), id);
    }

    private void Write(params (string Path, string Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
            File.WriteAllText(_folder[path], content);
        }
    }

    private Task<bool> RemoveAsync(string id) => _store.Store.RemoveAsync(ModelId.Parse(id), TestContext.Current.CancellationToken);

    private List<string> Blobs() => [.. Directory.EnumerateFiles(_store["blobs"], "*", SearchOption.AllDirectories)];
}
