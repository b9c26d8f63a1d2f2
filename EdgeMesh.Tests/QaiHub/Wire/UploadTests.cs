using System.Collections.Concurrent;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Models;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>Uploads in parts against a storage that forgets, refuses and cuts.</summary>
public sealed class UploadTests : IDisposable
{
    private const int PartBytes = 100_000;
    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = new byte[(2 * PartBytes) + 37];
    private readonly string _file;
    private readonly ConcurrentQueue<string> _addressesGiven = new();
    private string _uploadId = "upload-1";
    private string _expired = "never";

    public UploadTests()
    {
        new Random(5).NextBytes(_content);
        _file = _directory["model.onnx"];
        File.WriteAllBytes(_file, _content);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Upload_InParts_SendsEachByteOnceAndTheTagsVerbatim()
    {
        await using var hub = Storage();
        Assert.Equal("mmq12345q", await UploadAsync(hub));
        Assert.Equal(
            ["POST /api/v1/models/", "GET /api/v1/models/mmq12345q/multipart_upload/?file_size=200037", "PUT /s/1/0", "PUT /s/1/1", "PUT /s/1/2", "POST /api/v1/models/mmq12345q/multipart_upload/"],
            hub.Requests.Select(r => r.Line[..r.Line.LastIndexOf(' ')].Replace("?sig=a%2Fb", "", StringComparison.Ordinal)));
        var created = Model.Parser.ParseFrom(hub.Requests[0].Body);
        Assert.Equal(("tiny", ModelType.Onnx, false), (created.Name, created.ModelType, created.IsDirectory));
        var parts = hub.Requests.Where(r => r.Method == "PUT").ToList();
        Assert.Equal(_content, parts.SelectMany(p => p.Body));
        Assert.Equal([PartBytes, PartBytes, 37], parts.Select(p => p.Body.Length));
        Assert.All(parts, p => Assert.Equal(((string?)null, (string?)null), (p["Authorization"], p["Content-Type"])));
        Assert.All(parts, p => Assert.EndsWith("?sig=a%2Fb", p.Target, StringComparison.Ordinal));
        var complete = FileMultipartUploadComplete.Parser.ParseFrom(hub.Requests[^1].Body);
        Assert.Equal("upload-1", complete.UploadId);
        Assert.Equal(["\"tag-0\"", "\"tag-1\"", "\"tag-2\""], complete.Etags);
    }

    [Fact]
    public async Task Upload_ProcessEndsAfterAPart_GoesOnWithTheOthers()
    {
        await using var hub = Storage();
        var state = await hub.Client.Models.BeginUploadAsync(new ModelUpload(_file, ModelType.Onnx, "tiny"), Hub.Cancelled);
        using var ends = new CancellationTokenSource();
        var kept = new KeepFirstPart(ends);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hub.Client.Models.ContinueUploadAsync(state, kept, ends.Token));
        var restored = UploadState.FromJson(kept.Json!)!;
        Assert.Equal((1, PartBytes), (restored.PartsDone, restored.BytesDone));
        await hub.Factory.Create(hub.Config).Models.ContinueUploadAsync(restored, null, Hub.Cancelled);
        Assert.Single(hub.Requests, r => r.Target.StartsWith("/s/1/0", StringComparison.Ordinal));
        Assert.Equal(["\"tag-0\"", "\"tag-1\"", "\"tag-2\""], FileMultipartUploadComplete.Parser.ParseFrom(hub.Requests[^1].Body).Etags);
    }

    [Fact]
    public async Task Upload_AddressesExpireAndUploadStays_GoesOnWithFreshOnes()
    {
        await using var hub = Storage();
        _expired = "/s/1/1";
        await UploadAsync(hub);
        Assert.Equal(["/s/1/0", "/s/1/1", "/s/2/1", "/s/2/2"], Parts(hub));
        Assert.Empty(hub.Requests.First(r => r.Target.StartsWith("/s/1/1", StringComparison.Ordinal)).Body); // refused before a byte was on its way
        Assert.Equal(["\"tag-0\"", "\"tag-1\"", "\"tag-2\""], FileMultipartUploadComplete.Parser.ParseFrom(hub.Requests[^1].Body).Etags);
    }

    [Fact]
    public async Task Upload_AddressesExpireAndUploadIsAnother_SendsAllPartsAgain()
    {
        await using var hub = Storage(freshUpload: true);
        _expired = "/s/1/1";
        await UploadAsync(hub);
        Assert.Equal(["/s/1/0", "/s/1/1", "/s/2/0", "/s/2/1", "/s/2/2"], Parts(hub));
        Assert.Equal("upload-2", FileMultipartUploadComplete.Parser.ParseFrom(hub.Requests[^1].Body).UploadId);
    }

    [Fact]
    public async Task Upload_StorageAlwaysRefuses_EndsWithItsWords()
    {
        await using var hub = Storage();
        _expired = "/s/";
        var failure = await Hub.FailureAsync(UploadAsync(hub));
        Assert.Equal((HubFailure.UploadRefused, "AccessDenied"), (failure.Kind, failure.StorageCode));
        Assert.Contains("Request has expired", failure.Cause, StringComparison.Ordinal);
        Assert.Equal(4, _addressesGiven.Count);
    }

    [Theory]
    [InlineData(503, "SlowDown")]
    [InlineData(400, "RequestTimeout")]
    [InlineData(500, "InternalError")]
    public async Task Upload_StorageIsBusy_SendsThePartAgain(int status, string code)
    {
        var refused = 0;
        await using var hub = Storage(put: r => r.Target.StartsWith("/s/1/1", StringComparison.Ordinal) && refused++ < 2 ? RawHttpServer.Text(status, $"<Error><Code>{code}</Code></Error>") : null);
        await UploadAsync(hub);
        Assert.Equal(["/s/1/0", "/s/1/1", "/s/1/1", "/s/1/1", "/s/1/2"], Parts(hub));
    }

    [Fact]
    public async Task Upload_StorageRedirects_IsNotFollowed()
    {
        await using var other = new RawHttpServer(_ => RawHttpServer.Text(200));
        await using var hub = Storage(put: _ => RawHttpServer.Text(307, "", $"Location: {other.Url}\r\n"));
        var failure = await Hub.FailureAsync(UploadAsync(hub));
        Assert.Equal(HubFailure.UploadRefused, failure.Kind);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Upload_StorageGivesNoTag_IsNamed()
    {
        await using var hub = Storage(put: _ => RawHttpServer.Text(200));
        Assert.Contains("ETag", (await Hub.FailureAsync(UploadAsync(hub))).Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upload_StorageIsSilent_TimesOut()
    {
        await using var hub = Storage(put: _ => [], timings: new HubTimings { Tries = 1 });
        hub.Time.Jumps = false;
        var failure = await hub.SilenceAsync(() => UploadAsync(hub));
        Assert.Equal(HubFailure.TimedOut, failure.Kind);
    }

    [Fact]
    public async Task Upload_FileChangedSinceItBegan_IsNamed()
    {
        await using var hub = Storage();
        var state = await hub.Client.Models.BeginUploadAsync(new ModelUpload(_file, ModelType.Onnx, "tiny"), Hub.Cancelled);
        await File.AppendAllTextAsync(_file, "more", Hub.Cancelled);
        Assert.Equal(HubFailure.FileChanged, (await Hub.FailureAsync(hub.Client.Models.ContinueUploadAsync(state, null, Hub.Cancelled))).Kind);
        Assert.Empty(Parts(hub));
    }

    [Fact]
    public async Task Upload_NoFileOrEmptyFile_IsNamedAndNothingIsCreated()
    {
        await using var hub = Storage();
        await File.WriteAllBytesAsync(_directory["empty.onnx"], [], Hub.Cancelled);
        foreach (var file in (string[])["absent.onnx", "empty.onnx"])
        {
            Assert.Equal(HubFailure.LocalFile, (await Hub.FailureAsync(hub.Client.Models.BeginUploadAsync(new ModelUpload(_directory[file], ModelType.Onnx, "x"), Hub.Cancelled))).Kind);
        }

        Assert.Empty(hub.Requests);
    }

    [Theory]
    [InlineData(1_000, "u")]
    [InlineData(1, "u")]
    [InlineData(0, "u")]
    [InlineData(1_000_000, "")]
    public async Task Upload_TooFewAddressesOrNoId_IsDamaged(ulong part, string id)
    {
        await using var hub = new Hub(r => RawHttpServer.Message(
            r.Method == "POST" ? new CreateUpdateResponse { Id = "mmq12345q" } : new FileMultipartUploadURL { Urls = { "https://a.example/0" }, UploadId = id, MaxPartSize = part }));
        Assert.Equal(HubFailure.DamagedAnswer, (await Hub.FailureAsync(UploadAsync(hub))).Kind);
    }

    [Fact]
    public async Task UploadState_Shown_HasNoAddress()
    {
        await using var hub = Storage();
        var state = await hub.Client.Models.BeginUploadAsync(new ModelUpload(_file, ModelType.Onnx, "tiny"), Hub.Cancelled);
        Assert.DoesNotContain("sig=", state.ToString(), StringComparison.Ordinal);
        Assert.Null(UploadState.FromJson("{}"));
        Assert.Null(UploadState.FromJson("nonsense"));
    }

    private static IEnumerable<string> Parts(Hub hub) => hub.Requests.Where(r => r.Method == "PUT").Select(r => r.Target.Split('?')[0]);

    private async Task<string> UploadAsync(Hub hub)
    {
        var state = await hub.Client.Models.BeginUploadAsync(new ModelUpload(_file, ModelType.Onnx, "tiny"), Hub.Cancelled);
        return await hub.Client.Models.ContinueUploadAsync(state, null, Hub.Cancelled);
    }

    private Hub Storage(bool freshUpload = false, Func<RawRequest, byte[]?>? put = null, HubTimings? timings = null)
    {
        Hub hub = null!;
        hub = new Hub(r => r switch
        {
            { Method: "PUT" } => put?.Invoke(r) ?? RawHttpServer.Text(200, "", $"ETag: \"tag-{r.Target.Split('?')[0][^1]}\"\r\n"),
            { Method: "POST" } => RawHttpServer.Message(new CreateUpdateResponse { Id = "mmq12345q" }),
            _ => RawHttpServer.Message(Addresses(hub)),
        }, timings);
        hub.Server.Early = r => r.Target.StartsWith(_expired, StringComparison.Ordinal)
            ? RawHttpServer.Text(403, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", "Content-Type: application/xml\r\n")
            : null;
        return hub;

        FileMultipartUploadURL Addresses(Hub on)
        {
            _addressesGiven.Enqueue("");
            _uploadId = freshUpload ? $"upload-{_addressesGiven.Count}" : _uploadId;
            return new FileMultipartUploadURL
            {
                UploadId = _uploadId,
                MaxPartSize = PartBytes,
                Urls = { Enumerable.Range(0, 3).Select(k => $"{on.Server.Url}s/{_addressesGiven.Count}/{k}?sig=a%2Fb") },
            };
        }
    }

    private sealed class KeepFirstPart(CancellationTokenSource ends) : IProgress<UploadProgress>
    {
        public string? Json { get; private set; }

        public void Report(UploadProgress value)
        {
            if (value.State.PartsDone == 1 && Json is null)
            {
                Json = value.State.ToJson();
                ends.Cancel();
            }
        }
    }
}
