using EdgeMesh.Agent.Configuration;
using EdgeMesh.Agent.Hosting;
using EdgeMesh.Agent.MeshModels;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Agent.MeshModels;

/// <summary>People's files: which of them a dashboard, or whoever has a key to it, may have a device read.</summary>
public sealed class NamedFoldersTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public NamedFoldersTests() => Write(
        "models/phi/config.json", "models/phi/tokenizer.json", "models/phi/onnx/model.onnx", "models/phi/onnx/model.onnx_data", "models/phi/notes.txt", "models/phi/.env", "models/phi/.git/config",
        "models/phi/secrets.json", "models/phi/data.bin", "other/model.onnx", ".ssh/model.onnx", "models/.hidden/model.onnx", "models/AppData/model.onnx", "models/Library/model.onnx");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Install_NoFolderNamed_SaysWhatToDo()
    {
        await using var agent = Agent();
        var wish = Wish("models/phi");
        var failure = (await Service(agent).PreviewAsync(wish, TestContext.Current.CancellationToken)).Failure;
        Assert.Equal("RefusedFolder", failure.Reason);
        Assert.Contains("--models-from DIR", failure.Remedy, StringComparison.Ordinal);
        Assert.Contains("EdgeMesh:Models:Folders", failure.Remedy, StringComparison.Ordinal);
        var told = new List<InstallUpdate>();
        await Service(agent).InstallAsync(wish, new RelayFiles(_ => { }), told.Add, TestContext.Current.CancellationToken);
        Assert.Equal(failure, Assert.Single(told).Failure);
    }

    [Fact]
    public async Task Open_NamedFolder_TakesFilesOfModelsAndNoOthers()
    {
        var expected = new[] { "config.json", "onnx/model.onnx", "onnx/model.onnx_data", "tokenizer.json" };
        Assert.Equal(expected, await ListAsync("models", "models/phi"));
        Assert.Equal(expected, await ListAsync("models/phi", "models/phi"));
        Assert.Equal(expected, await ListAsync("models/phi", "models/phi/../phi/"));
    }

    [Theory]
    [InlineData("other")]
    [InlineData("")]
    [InlineData("models/../other")]
    [InlineData(".ssh")]
    [InlineData("models/.hidden")]
    [InlineData("models/AppData")]
    [InlineData("models/Library")]
    [InlineData("models-of-others")]
    public void Open_AnythingElse_IsRefused(string path)
    {
        Write("models-of-others/model.onnx");
        Refused("models", path);
    }

    [Fact]
    public void Open_RelativePath_IsRefused() => Assert.Equal(StoreFailure.RefusedFolder, Assert.Throws<ModelStoreException>(() => Folders("models").Open("models/phi")).Failure);

    [Fact]
    public async Task Open_WholeHomeNamed_LeavesPrivatePlacesOut()
    {
        Write("mini-pc/device.key", "mini-pc/models/folders/m/model.onnx", "dash/edgemesh.db", "dash/x.onnx");
        var files = await ListAsync("", "");
        Assert.Equal(["models/phi/config.json", "models/phi/onnx/model.onnx", "models/phi/onnx/model.onnx_data", "models/phi/tokenizer.json", "other/model.onnx"], files);
        Refused("", ".ssh");
    }

    [Theory]
    [InlineData("device.key")]
    [InlineData("device.lock")]
    [InlineData("admin.key")]
    [InlineData("edgemesh.db")]
    public void Open_DataDirectoryOfAnyEdgeMesh_IsRefusedEvenIfNamed(string mark)
    {
        Write($"data/{mark}", "data/models/folders/m/model.onnx");
        foreach (var named in (string[])["", "data", "data/models"])
        {
            Refused(named, "data/models/folders/m");
        }
    }

    [Fact]
    public async Task Open_Links_AreFollowedOverTheWholePath()
    {
        // Like Hugging Face's cache: links to files of the same folder.
        Write("cache/blobs/abc", "cache/snapshots/1/config.json");
        File.CreateSymbolicLink(_home["cache/snapshots/1/model.onnx"], "../../blobs/abc");
        Assert.Equal(["config.json", "model.onnx"], await ListAsync("cache", "cache/snapshots/1"));

        // A named folder that is a link itself, and one on the way to it.
        Directory.CreateSymbolicLink(_home["named"], _home["models"]);
        Directory.CreateSymbolicLink(_home["way"], _home.Path);
        Assert.Contains("config.json", await ListAsync("named", "named/phi"));
        Assert.Contains("config.json", await ListAsync("way/models", "models/phi"));

        // The path itself, a folder on it, and links upon links lead out.
        Directory.CreateSymbolicLink(_home["models/trap"], _home[".ssh"]);
        Directory.CreateSymbolicLink(_home["models/inner"], "./trap");
        Directory.CreateSymbolicLink(_home["models/up"], "..");
        Directory.CreateSymbolicLink(_home["models/circle"], "circle");
        Refused("models", "models/trap");
        Refused("models", "models/inner");
        Refused("models", "models/up/other");
        Refused("models", "models/circle");
    }

    [Theory]
    [InlineData("../../other/model.onnx")]
    [InlineData("../../models/.hidden/model.onnx")]
    [InlineData("../../nothing.onnx")]
    public async Task List_FileThatLinksElsewhere_EndsIt(string target)
    {
        File.CreateSymbolicLink(_home["models/phi/extra.onnx"], target);
        var failure = await Assert.ThrowsAsync<ModelStoreException>(() => ListAsync("models", "models/phi"));
        Assert.Equal(StoreFailure.UnsafePath, failure.Failure);
    }

    [Fact]
    public async Task Open_LinkSwappedAfterTheList_IsNotFollowed()
    {
        var source = Folders("models").Open(_home["models/phi"]);
        var file = (await source.ListAsync(TestContext.Current.CancellationToken)).Single(f => f.Path == "config.json");
        File.Delete(_home["models/phi/config.json"]);
        File.CreateSymbolicLink(_home["models/phi/config.json"], _home[".ssh/model.onnx"]);
        Assert.Equal(StoreFailure.UnsafePath, (await Assert.ThrowsAsync<ModelStoreException>(() => source.OpenAsync(file, 0, null, TestContext.Current.CancellationToken))).Failure);
    }

    [Fact]
    public async Task List_FolderWithoutAModel_SaysSo()
    {
        Write("models/text/config.json", "models/text/notes.txt");
        Assert.Equal(StoreFailure.NotFound, (await Assert.ThrowsAsync<ModelStoreException>(() => ListAsync("models", "models/text"))).Failure);
    }

    private void Write(params string[] files)
    {
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_home[file])!);
            File.WriteAllText(_home[file], "content");
        }
    }

    private void Refused(string named, string path) => Assert.Equal(StoreFailure.RefusedFolder, Assert.Throws<ModelStoreException>(() => Folders(named).Open(_home[path])).Failure);

    private async Task<IEnumerable<string>> ListAsync(string named, string path) => (await Folders(named).Open(_home[path]).ListAsync(TestContext.Current.CancellationToken)).Select(f => f.Path);

    private NamedFolders Folders(string named) => new(Options(_home[named]));

    private InstallWish Wish(string path) => new() { Folder = new LocalFolder { Path = _home[path] } };

    private AgentOptions Options(params string[] folders) => new(_home["agent"], "Test device", [], null) { FindEngines = false, ModelFolders = [.. folders] };

    private WebApplication Agent() => AgentHost.Build(Options());

    private static ModelService Service(WebApplication agent) => agent.Services.GetRequiredService<ModelService>();
}
