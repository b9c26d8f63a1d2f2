using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;
using EdgeMesh.Core.Models;

namespace EdgeMesh.Tests.Agent.Models.Store.Sources;

/// <summary>A repository as Hugging Face serves it: a listing in pages with hashes, small files direct, large ones from another host.</summary>
public sealed class HuggingFaceSourceTests : IAsyncLifetime
{
    private const string Repository = "tiny/Story-Model";
    private readonly byte[] _weights = StoreFixture.Bytes(300_000);
    private readonly byte[] _config = Encoding.UTF8.GetBytes("""{"model_type":"llama"}""");
    private FileServer _server = null!;
    private StoreFixture _store = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FileServer.StartAsync();
        _store = new StoreFixture(_server.Authority, _server.ByName.Authority);
        _server.Files[$"/{Repository}/resolve/main/config.json"] = _config;
        _server.Files[$"/{Repository}/resolve/main/tokenizer.json"] = _config;
        _server.Files["/cdn/weights"] = _weights;
        Serve(
            [File("config.json", _config), File("tokenizer.json", _config), new { type = "directory", oid = "0", size = 0, path = "onnx" }],
            [Large("onnx/model.onnx", _weights), Large("onnx/model_fp16.onnx", _weights)]);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Install_ChosenFiles_AreThereWithTheirHashes()
    {
        var manifest = await _store.InstallAsync(Source());
        Assert.Equal(["config.json", "tokenizer.json", "onnx/model.onnx"], manifest.Files.Select(f => f.Path));
        Assert.Equal((ModelKind.TextOnnx, $"hf:{Repository}@main"), (manifest.Kind, manifest.Source));
        Assert.Equal([Skill.Chat], manifest.Skills.AsEnumerable());
        Assert.Equal(_weights, _store.Read("m", "onnx/model.onnx"));
    }

    [Fact]
    public async Task Install_WithToken_ShowsItToTheHubOnly()
    {
        await _store.InstallAsync(Source("hf_secret"));
        Assert.All(_server.Seen, a => Assert.Equal(a.Path.StartsWith("/cdn", StringComparison.Ordinal) ? null : "Bearer hf_secret", a.Authorization));
        Assert.Contains(_server.Seen, a => a.Path == "/cdn/weights");
        Assert.DoesNotContain("hf_secret", await System.IO.File.ReadAllTextAsync(_store["manifests/m.json"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("cdn")]
    public async Task Install_OneByteChanged_IsAWrongHash(string which)
    {
        var path = which == "cdn" ? "/cdn/weights" : $"/{Repository}/resolve/main/config.json";
        _server.Files[path] = [.. _server.Files[path][..^1], (byte)~_server.Files[path][^1]];
        await _store.FailsAsync(Source(), StoreFailure.WrongHash);
    }

    [Fact]
    public async Task Install_FileLongerThanListed_IsTooLarge()
    {
        _server.Files["/cdn/weights"] = StoreFixture.Bytes(300_001);
        await _store.FailsAsync(Source(), StoreFailure.TooLarge);
    }

    [Fact]
    public async Task Install_FileShorterThanListed_IsTruncated()
    {
        _server.Files["/cdn/weights"] = _weights[..^1];
        await _store.FailsAsync(Source(), StoreFailure.Truncated);
    }

    [Fact]
    public async Task Install_DiskTooSmall_IsRefusedBeforeWithTheShortfall()
    {
        _store.Room = new DeviceRoom(_ => 100L << 20, () => null);
        var e = await _store.FailsAsync(Source(), StoreFailure.DiskFull);
        Assert.Contains("413 MB more", e.Message, StringComparison.Ordinal); // 512 MB reserve and 0.3 MB of files, 100 MB free
        Assert.DoesNotContain(_server.Seen, a => a.Path.Contains("resolve", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Install_MemoryTooSmall_IsRefusedBeforeUnlessWanted()
    {
        _store.Room = _store.Room with { Memory = () => 100L << 20 };
        await _store.FailsAsync(Source(), StoreFailure.NotEnoughMemory);
        Assert.DoesNotContain(_server.Seen, a => a.Path.Contains("resolve", StringComparison.Ordinal));
        await _store.Installer.InstallAsync(
            new InstallRequest(ModelId.Parse("m"), Source(), EvenIfMemoryIsShort: true), null, TestContext.Current.CancellationToken);
        Assert.Single(_store.Store.Models);
    }

    [Fact]
    public async Task Preview_Repository_SaysWhatItTakes()
    {
        _store.Room = new DeviceRoom(_ => 1L << 40, () => 8L << 30);
        var preview = await _store.Installer.PreviewAsync(Source(), TestContext.Current.CancellationToken);
        Assert.Equal((3, 300_000L + (2 * _config.Length), 0L), (preview.Files, preview.Bytes, preview.DiskShortfallBytes));
        Assert.Equal(preview.Bytes, preview.BytesToFetch);
        Assert.Equal(300_000L + MemoryEstimate.BesideWeights, preview.MemoryBytes);
        Assert.False(preview.MemoryIsShort);

        await _store.InstallAsync(Source());
        Assert.Equal(2 * _config.Length, (await _store.Installer.PreviewAsync(Source(), TestContext.Current.CancellationToken)).BytesToFetch);
    }

    [Theory]
    [InlineData("../../evil.onnx")]
    [InlineData("/etc/cron.d/evil")]
    [InlineData("C:/evil.onnx")]
    public async Task Install_ListWithUnsafePath_IsRefused(string path)
    {
        Serve([Large(path, _weights)], []);
        await _store.FailsAsync(new HuggingFaceSource(_store.Http, Repository, host: _server.Address), StoreFailure.UnsafePath);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("""[{"type":"file"}]""")]
    public async Task Install_ListIsGarbage_IsNamed(string body)
    {
        _server.Before = async context =>
        {
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, body);
            return true;
        };
        await _store.FailsAsync(Source(), StoreFailure.SourceFailed);
    }

    [Theory]
    [InlineData("no-slash", "main")]
    [InlineData("a/b/c", "main")]
    [InlineData("../x", "main")]
    [InlineData("a/b", "../../x")]
    public void New_NotARepository_IsNotFound(string repository, string revision) =>
        Assert.Equal(StoreFailure.NotFound, Assert.Throws<ModelStoreException>(() => new HuggingFaceSource(_store.Http, repository, revision: revision)).Failure);

    private HuggingFaceSource Source(string? token = null) =>
        new(_store.Http, Repository, ["*.json", "onnx/model.onnx"], token: token, host: _server.Address);

    /// <summary>Two pages of listing, and the large files on another host.</summary>
    private void Serve(object[] first, object[] second) => _server.Before = async context =>
    {
        var path = context.Request.Path.Value!;
        if (path == $"/api/models/{Repository}/tree/main")
        {
            var isSecond = context.Request.Query.ContainsKey("cursor");
            context.Response.Headers.Link = isSecond || second.Length == 0 ? default : $"<{_server.Url(path[1..])}?recursive=true&cursor=2>; rel=\"next\"";
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(isSecond ? second : first));
            return true;
        }

        if (path.Contains("/resolve/main/onnx/", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = new Uri(_server.ByName, "cdn/weights").ToString();
            return true;
        }

        return false;
    };

    private static object File(string path, byte[] content) => new { type = "file", oid = GitHash(content), size = content.Length, path };

    private static object Large(string path, byte[] content) => new
    {
        type = "file", oid = "1234", size = content.Length, path, lfs = new { oid = StoreFixture.Sha256(content), size = content.Length, pointerSize = 131 },
    };

#pragma warning disable CA5350 // Git's hash is SHA-1.
    private static string GitHash(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
#pragma warning restore CA5350
}
