using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Downloads;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Tests.Agent.Models.Store.Downloads;

/// <summary>Downloads over real sockets, from servers that behave and servers that do not.</summary>
public sealed class DownloadTests : IAsyncLifetime
{
    private const int Size = 1_000_000;
    private readonly byte[] _content = StoreFixture.Bytes(Size);
    private FileServer _server = null!;
    private StoreFixture _store = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FileServer.StartAsync();
        _store = new StoreFixture(_server.Authority);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Install_FromUrl_IsThereInFull()
    {
        var manifest = await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal([new ModelFile("model.gguf", StoreFixture.Sha256(_content), Size)], manifest.Files.AsEnumerable());
        Assert.Equal(ModelKind.Gguf, manifest.Kind);
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
        Assert.Empty(Directory.EnumerateFiles(_store["partial"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store["staging"]));
    }

    [Fact]
    public async Task Install_CutOffManyTimes_GoesOnWhereItWas()
    {
        _server.CutAfter = 90_000; // more cuts than retries: each brings something new
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
        Assert.True(_server.Seen.Count > 5);
        Assert.All(_server.Seen.Skip(1), a => Assert.True(a.Range is not null && a.IfRange is not null));
    }

    [Fact]
    public async Task Install_ServerIgnoresRange_StartsOver()
    {
        (_server.IgnoresRange, _server.CutAfter) = (true, 400_000);
        _server.Before = context =>
        {
            _server.CutAfter = context.Request.Headers.Range.Count > 0 ? null : 400_000;
            return Task.FromResult(false);
        };
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
        Assert.Equal(2, _server.Seen.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Install_ContentChangedBetween_HasTheNewContentOnly(bool ignoresIfRange)
    {
        var changed = StoreFixture.Bytes(Size, seed: 2);
        (_server.IgnoresIfRange, _server.CutAfter) = (ignoresIfRange, 400_000);
        _server.Before = context =>
        {
            if (context.Request.Headers.Range.Count > 0)
            {
                _server.Files["/model.gguf"] = changed;
                _server.CutAfter = null;
            }

            return Task.FromResult(false);
        };
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal(changed, _store.Read("m", "model.gguf"));
    }

    [Fact]
    public async Task Install_NoTagAndNoHash_NeverGoesOnWithUnknownBytes()
    {
        (_server.SendsNoTag, _server.CutAfter) = (true, 400_000);
        var requests = 0;
        _server.Before = _ =>
        {
            _server.CutAfter = ++requests > 1 ? null : 400_000;
            return Task.FromResult(false);
        };
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
        Assert.All(_server.Seen, a => Assert.Null(a.Range));
    }

    [Fact]
    public async Task Install_ServerAnnouncesMoreThanItSends_IsTruncated()
    {
        var uri = _server.Put("model.gguf", _content);
        _server.Before = async context =>
        {
            context.Response.ContentLength = Size * 2;
            await context.Response.Body.WriteAsync(_content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            return true;
        };
        await _store.FailsAsync(_store.Url(uri), StoreFailure.Truncated);
    }

    [Fact]
    public async Task Install_WithoutLengthBeyondTheLimit_IsStopped()
    {
        _store.Limits = _store.Limits with { MostModelBytes = 300_000 };
        var uri = _server.Put("model.gguf", _content);
        _server.Before = async context =>
        {
            await context.Response.Body.WriteAsync(_content);
            return true;
        };
        await _store.FailsAsync(_store.Url(uri), StoreFailure.TooLarge);
        Assert.Empty(Directory.EnumerateFiles(_store["partial"]));
    }

    [Fact]
    public async Task Install_WrongHash_IsNamedAndNothingIsKept()
    {
        var e = await _store.FailsAsync(_store.Url(_server.Put("model.gguf", _content), StoreFixture.Sha256([1])), StoreFailure.WrongHash);
        Assert.Contains("model.gguf", e.Message, StringComparison.Ordinal);
        Assert.All(Directory.EnumerateFiles(_store["partial"]), f => Assert.Equal(0, new FileInfo(f).Length));
    }

    [Fact]
    public async Task Install_PartialWasDamaged_IsFetchedAgain()
    {
        _server.CutAfter = 400_000;
        _server.Before = context => Task.FromResult(Refuse(context, _server.Seen.Count > 1));
        var source = _store.Url(_server.Put("model.gguf", _content), StoreFixture.Sha256(_content));
        await _store.FailsAsync(source, StoreFailure.NotFound);
        var partial = Directory.EnumerateFiles(_store["partial"]).Single(f => !f.EndsWith(".tag", StringComparison.Ordinal));
        await using (var stream = File.OpenWrite(partial))
        {
            Assert.Equal(400_000, stream.Length);
            stream.WriteByte((byte)~_content[0]);
        }

        (_server.CutAfter, _server.Before) = (null, _ => Task.FromResult(false));
        await _store.InstallAsync(source);
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
    }

    [Theory]
    [InlineData(404, StoreFailure.NotFound)]
    [InlineData(401, StoreFailure.NeedsToken)]
    [InlineData(403, StoreFailure.NeedsToken)]
    [InlineData(418, StoreFailure.SourceFailed)]
    [InlineData(500, StoreFailure.SourceFailed)]
    public async Task Install_ServerRefuses_IsNamed(int status, StoreFailure failure)
    {
        _server.Before = context =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        await _store.FailsAsync(_store.Url(_server.Url("model.gguf")), failure);
        Assert.Equal(status == 500 ? 4 : 1, _server.Seen.Count);
    }

    [Fact]
    public async Task Install_ServerBusyTwice_Succeeds()
    {
        _server.Before = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(_server.Seen.Count < 3);
        };
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal(3, _server.Seen.Count);
    }

    [Fact]
    public async Task Install_ServerGoesQuiet_IsGivenUpAndTriedAgain()
    {
        (_store.Access, _store.Limits) = (_store.Access with { Stall = TimeSpan.FromSeconds(1) }, _store.Limits with { Retries = 20 });
        _server.Before = async context =>
        {
            if (_server.Seen.Count > 1)
            {
                return false;
            }

            context.Response.ContentLength = Size;
            context.Response.Headers.ETag = "\"quiet\"";
            await context.Response.Body.WriteAsync(_content.AsMemory(0, 1000));
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)));
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
    }

    [Fact]
    public async Task Install_KilledInTheMiddle_LeavesNothingAndGoesOnAfterRestart()
    {
        var uri = _server.Put("model.gguf", _content);
        _server.CutAfter = 400_000;
        using var stop = new CancellationTokenSource();
        var reports = new Reports { Then = r => { if (r.Bytes >= 400_000) { stop.Cancel(); } } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.InstallAsync(_store.Url(uri), progress: reports, stop: stop.Token));
        await File.WriteAllTextAsync(_store["staging/half"], "left by a crash", TestContext.Current.CancellationToken);
        _store.Reopen();
        _store.AssertNothingInstalled();
        Assert.Equal(1, _store.Store.LastSweep.Leftovers);

        (_server.CutAfter, var before) = (null, _server.Seen.Count);
        await _store.InstallAsync(_store.Url(uri));
        Assert.Equal(_content, _store.Read("m", "model.gguf"));
        Assert.Equal("bytes=400000-", _server.Seen[before].Range);
    }

    [Fact]
    public async Task Install_Reports_BytesThatOnlyGrowAndEndWhole()
    {
        var reports = new Reports();
        await _store.InstallAsync(_store.Url(_server.Put("model.gguf", _content)), progress: reports);
        var fetching = reports.Seen.Where(r => r.Phase == InstallPhase.Fetching).Select(r => r.Bytes).ToList();
        Assert.Equal(fetching.Order(), fetching);
        Assert.Equal(InstallPhase.Installing, reports.Seen[^1].Phase);
        Assert.Equal((Size, 1, 1), (reports.Seen[^1].Bytes, reports.Seen[^1].FilesDone, reports.Seen[^1].Files));
    }

    [Fact]
    public async Task Install_ContentAlreadyHere_IsNotFetchedAgain()
    {
        var source = _store.Url(_server.Put("model.gguf", _content), StoreFixture.Sha256(_content));
        await _store.InstallAsync(source, "first");
        await _store.InstallAsync(source, "second");
        Assert.Single(_server.Seen);
        Assert.Equal(_content, _store.Read("second", "model.gguf"));
    }

    [Fact]
    public async Task Install_DiskFullInTheMiddle_IsNamed()
    {
        var asked = 0;
        _store.Room = new DeviceRoom(_ => ++asked > 1 ? 100_000 : 1L << 40, () => null);
        _store.Limits = _store.Limits with { DiskReserveBytes = 0 };
        await _store.FailsAsync(_store.Url(_server.Put("model.gguf", _content)), StoreFailure.DiskFull);
    }

    private static bool Refuse(HttpContext context, bool refuse)
    {
        context.Response.StatusCode = refuse ? 404 : 200;
        return refuse;
    }
}
