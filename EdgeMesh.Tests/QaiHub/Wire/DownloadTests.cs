using System.Security.Cryptography;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>Downloads: resumed, checked, refused.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly byte[] _content = [.. "PK\u0003\u0004"u8, .. new byte[300_000]];

    private string Target => _directory["out/artifact.onnx.zip"];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Save_WholeFile_IsThereWithItsHashAndWithoutTheToken()
    {
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, _content));
        var seen = new Seen<DownloadProgress>();
        var saved = await SaveAsync(hub, new DownloadCheck(Content: FileContent.Onnx), seen);
        Assert.Equal(new DownloadedFile(Target, _content.Length, Convert.ToHexStringLower(SHA256.HashData(_content))), saved);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Hub.Cancelled));
        Assert.Equal(new DownloadProgress(_content.Length, _content.Length), seen.Items[^1]);
        Assert.Equal([Target], Directory.EnumerateFiles(_directory["out"]));
        Assert.Null(Assert.Single(hub.Requests)["Authorization"]);
    }

    [Fact]
    public async Task Save_CutOff_GoesOnWhereItWas()
    {
        await using var hub = new Hub(r => r["Range"] is not { } range
            ? RawHttpServer.Bytes(200, _content[..100_000], "ETag: \"v1\"\r\n", _content.Length)
            : Rest(range));
        var saved = await SaveAsync(hub);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_content)), saved.Sha256);
        Assert.Equal(2, hub.Requests.Count);
        Assert.Equal("\"v1\"", hub.Requests[1]["If-Range"]);

        byte[] Rest(string range)
        {
            var from = int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
            return RawHttpServer.Bytes(206, _content[from..], $"Content-Range: bytes {from}-{_content.Length - 1}/{_content.Length}\r\nETag: \"v1\"\r\n");
        }
    }

    [Fact]
    public async Task Save_CutOffAndNoRanges_StartsOver()
    {
        await using var hub = new Hub(r => r["Range"] is null
            ? RawHttpServer.Bytes(200, _content[..100_000], "ETag: \"v1\"\r\n", _content.Length)
            : RawHttpServer.Bytes(200, _content, "ETag: \"v2\"\r\n"));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(_content)), (await SaveAsync(hub)).Sha256);
    }

    [Fact]
    public async Task Save_PartThatNobodyVouchesFor_IsDropped()
    {
        Directory.CreateDirectory(_directory["out"]);
        await File.WriteAllTextAsync(Target + ".part", "something else", Hub.Cancelled);
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, _content));
        Assert.Equal(_content.Length, (await SaveAsync(hub)).Bytes);
        Assert.Null(hub.Requests[0]["Range"]);
    }

    [Fact]
    public async Task Save_LargerThanAllowed_IsRefusedBeforeItIsRead()
    {
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, _content));
        var failure = await Hub.FailureAsync(SaveAsync(hub, new DownloadCheck(1_000)));
        Assert.Equal(HubFailure.WrongSize, failure.Kind);
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public async Task Save_AlwaysCutAtTheSamePlace_IsWrongSize()
    {
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, _content[..1_000], "", _content.Length));
        var failure = await Hub.FailureAsync(SaveAsync(hub));
        Assert.Contains(failure.Kind, new[] { HubFailure.WrongSize, HubFailure.DamagedAnswer });
        Assert.InRange(hub.Requests.Count, 7, 14);
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData(FileContent.Zip, "<html>sign in</html>", "a web page or a message, not a zip")]
    [InlineData(FileContent.Onnx, "{\"detail\":\"no\"}", "not an ONNX model")]
    [InlineData(FileContent.Tflite, "0000TFL2 and more", "not a TensorFlow Lite model")]
    [InlineData(FileContent.Binary, "  <Error/>", "not a compiled model")]
    [InlineData(FileContent.Binary, "", "empty")]
    public async Task Save_OtherContent_IsWrongTypeAndNotKept(FileContent content, string body, string words)
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(200, body));
        var failure = await Hub.FailureAsync(SaveAsync(hub, new DownloadCheck(Content: content)));
        Assert.Equal(HubFailure.WrongType, failure.Kind);
        Assert.Contains(words, failure.Cause, StringComparison.Ordinal);
        Assert.False(File.Exists(Target));
        Assert.Equal(0, new FileInfo(Target + ".part").Length);
    }

    [Fact]
    public async Task Save_AddressExpired_SaysSo()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(403, "<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"));
        var failure = await Hub.FailureAsync(SaveAsync(hub));
        Assert.Equal((HubFailure.DownloadRefused, "AccessDenied"), (failure.Kind, failure.StorageCode));
        Assert.Contains("expired", failure.Remedy, StringComparison.Ordinal);
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task Save_Redirected_IsNotFollowed()
    {
        await using var other = new RawHttpServer(_ => RawHttpServer.Bytes(200, _content));
        await using var hub = new Hub(_ => RawHttpServer.Text(302, "", $"Location: {other.Url}\r\n"));
        Assert.Equal(HubFailure.DownloadRefused, (await Hub.FailureAsync(SaveAsync(hub))).Kind);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Save_FolderThatCannotBe_IsNamed()
    {
        await File.WriteAllTextAsync(_directory["out"], "a file", Hub.Cancelled);
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, _content));
        Assert.Equal(HubFailure.LocalFile, (await Hub.FailureAsync(SaveAsync(hub))).Kind);
    }

    private Task<DownloadedFile> SaveAsync(Hub hub, DownloadCheck? check = null, IProgress<DownloadProgress>? progress = null) =>
        hub.Client.Downloads.SaveAsync(new HubFile(new Uri(hub.Server.Url, "file?sig=1"), "../../evil.zip"), Target, check, progress, Hub.Cancelled);
}
