using System.Net.Http.Headers;
using System.Xml.Linq;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>Files in and out through presigned URLs.</summary>
public sealed class UploadTests
{
    private static readonly byte[] Ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact]
    public async Task Parts_InAnyOrder_MakeTheFile()
    {
        await using var hub = await SmallPartsAsync();
        var (id, upload) = await BeginAsync(hub, Ten.Length);
        Assert.Equal(3, upload.Urls.Count);
        Assert.Equal(4UL, upload.MaxPartSize);
        string third = await PutAsync(hub, upload.Urls[2], Ten[8..]);
        string first = await PutAsync(hub, upload.Urls[0], Ten[..4]);
        await PutAsync(hub, upload.Urls[1], [9, 9, 9, 9]);
        string second = await PutAsync(hub, upload.Urls[1], Ten[4..8]);
        Assert.All([first, second, third], tag => Assert.Matches("^\"[0-9a-f]{32}\"$", tag));

        Assert.False((await hub.GetAsync($"models/{id}/", Model.Parser)).FileUploadComplete);
        await hub.PostAsync($"models/{id}/multipart_upload/", new FileMultipartUploadComplete { UploadId = upload.UploadId, Etags = { first, second, third } });
        var model = await hub.GetAsync($"models/{id}/", Model.Parser);
        Assert.True(model.FileUploadComplete);
        Assert.Matches("^m[mnq][0-9a-z]{6}[mnq]$", model.ModelId);
        Assert.Equal(Ten, await hub.DownloadAsync($"models/{id}/download/"));
        Assert.Equal("net.onnx", (await hub.GetAsync($"models/{id}/download/", FileDownloadURL.Parser)).Filename);
    }

    [Fact]
    public async Task Parts_GoOnAfterARestart()
    {
        await using var hub = await SmallPartsAsync();
        var (id, upload) = await BeginAsync(hub, 6);
        string first = await PutAsync(hub, upload.Urls[0], Ten[..4]);
        var port = hub.Host.BaseAddress;
        await hub.RestartAsync();
        string second = await PutAsync(hub, upload.Urls[1].Replace(port.Authority, hub.Host.BaseAddress.Authority, StringComparison.Ordinal), Ten[4..6]);
        await hub.PostAsync($"models/{id}/multipart_upload/", new FileMultipartUploadComplete { UploadId = upload.UploadId, Etags = { first, second } });
        Assert.Equal(Ten[..6], await hub.DownloadAsync($"models/{id}/download/"));
    }

    [Fact]
    public async Task Complete_WithPartsMissingShortOrWronglyTagged_Is400()
    {
        await using var hub = await SmallPartsAsync();
        var (id, upload) = await BeginAsync(hub, 6);
        string first = await PutAsync(hub, upload.Urls[0], Ten[..4]);
        string tooShort = await PutAsync(hub, upload.Urls[1], [4]);
        foreach (string[] tags in (string[][])[[first], [first, "\"x\""], [first, tooShort], [first.Trim('"'), tooShort], []])
        {
            var done = new FileMultipartUploadComplete { UploadId = upload.UploadId, Etags = { tags } };
            Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Post, $"models/{id}/multipart_upload/", done)).Status);
        }

        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"models/{id}/download/")).Status);
    }

    [Fact]
    public async Task Upload_BegunAgain_GivesUpTheOldOne()
    {
        await using var hub = await SmallPartsAsync();
        var (id, old) = await BeginAsync(hub, 6);
        await hub.GetAsync($"models/{id}/multipart_upload/?file_size=6", FileMultipartUploadURL.Parser);
        using var response = await hub.PutPartAsync(old.Urls[0], Ten[..4]);
        Assert.Equal((404, "NoSuchUpload"), await StorageErrorAsync(response));
    }

    [Fact]
    public async Task Upload_OfAModelThatHasItsFile_Is409()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.UploadAsync(Ten);
        Assert.Equal(409, (await hub.RefusedAsync(HttpMethod.Get, $"models/{id}/multipart_upload/?file_size=6")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?file_size=-1")]
    [InlineData("?file_size=big")]
    public async Task Upload_WithoutItsSize_Is400(string query)
    {
        await using var hub = await RawHub.StartAsync();
        string id = (await hub.PostAsync("models/", new Model { ModelType = ModelType.Onnx })).Id;
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Get, $"models/{id}/multipart_upload/{query}")).Status);
    }

    [Fact]
    public async Task PresignedUrl_TooOld_IsAccessDenied()
    {
        await using var hub = await SmallPartsAsync();
        var (_, upload) = await BeginAsync(hub, 6);
        hub.Time.Advance(TimeSpan.FromHours(2));
        using var response = await hub.PutPartAsync(upload.Urls[0], Ten[..4]);
        Assert.Equal((403, "AccessDenied"), await StorageErrorAsync(response));
        Assert.Contains("Request has expired", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PresignedUrl_Altered_IsRefused()
    {
        await using var hub = await SmallPartsAsync();
        var (_, upload) = await BeginAsync(hub, 6);
        string[] altered = [upload.Urls[0].Replace("/1?", "/2?", StringComparison.Ordinal), upload.Urls[0].Replace("Expires=1", "Expires=9", StringComparison.Ordinal), upload.Urls[0][..^1], upload.Urls[0].Split('?')[0]];
        foreach (string url in altered)
        {
            using var response = await hub.PutPartAsync(url, Ten[..4]);
            Assert.Equal((403, "SignatureDoesNotMatch"), await StorageErrorAsync(response));
        }
    }

    [Fact]
    public async Task PresignedUrl_WithATokenBeside_IsRefused()
    {
        await using var hub = await SmallPartsAsync();
        var (_, upload) = await BeginAsync(hub, 6);
        using var response = await hub.PutPartAsync(upload.Urls[0], Ten[..4], "token right");
        Assert.Equal((400, "InvalidArgument"), await StorageErrorAsync(response));
    }

    [Fact]
    public async Task Part_TooLarge_IsRefused()
    {
        await using var hub = await SmallPartsAsync();
        var (_, upload) = await BeginAsync(hub, 6);
        using var response = await hub.PutPartAsync(upload.Urls[1], Ten[..3]);
        Assert.Equal((400, "EntityTooLarge"), await StorageErrorAsync(response));
    }

    [Fact]
    public async Task File_LargerThanAllowed_Is413()
    {
        await using var hub = await RawHub.StartAsync(o => o with { MaxAssetBytes = 100, MaxTotalBytes = 120 });
        string id = (await hub.PostAsync("models/", new Model { ModelType = ModelType.Onnx })).Id;
        Assert.Equal(413, (await hub.RefusedAsync(HttpMethod.Get, $"models/{id}/multipart_upload/?file_size=101")).Status);
        await hub.UploadAsync(new byte[90]);
        Assert.Equal(413, (await hub.RefusedAsync(HttpMethod.Get, $"models/{id}/multipart_upload/?file_size=31")).Status);
    }

    [Fact]
    public async Task Models_MoreThanAllowed_AreRefused()
    {
        await using var hub = await RawHub.StartAsync(o => o with { MaxEntries = 2 });
        var model = new Model { ModelType = ModelType.Onnx };
        await hub.PostAsync("models/", model);
        await hub.PostAsync("models/", model);
        Assert.Equal(409, (await hub.RefusedAsync(HttpMethod.Post, "models/", model)).Status);
        Assert.Equal(2UL, (await hub.GetAsync("models/?offset=0&limit=1", ModelList.Parser)).TotalQueryCount);
    }

    [Fact]
    public async Task Download_OfARange_GivesThatRange()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.UploadAsync(Ten);
        using var request = new HttpRequestMessage(HttpMethod.Get, (await hub.GetAsync($"models/{id}/download/", FileDownloadURL.Parser)).Url) { Headers = { Range = new RangeHeaderValue(4, null) } };
        using var http = new HttpClient();
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(206, (int)response.StatusCode);
        Assert.Equal(Ten[4..], await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.False(response.Headers.ETag!.IsWeak);
    }

    [Fact]
    public async Task Restart_SweepsWhatNobodyWillAskForAgain()
    {
        await using var hub = await SmallPartsAsync();
        string kept = await hub.UploadAsync(Ten);
        var (_, upload) = await BeginAsync(hub, 6);
        await PutAsync(hub, upload.Urls[0], Ten[..4]);
        string dataset = (await hub.PostAsync("datasets/", new Dataset { Name = "old" })).Id;
        string permanent = (await hub.PostAsync("datasets/", new Dataset { Name = "old", Permanent = true })).Id;
        hub.Time.Advance(TimeSpan.FromDays(31));
        await hub.RestartAsync();
        Assert.Equal([kept], Directory.EnumerateFiles(Path.Combine(hub.Folder, "assets")).Select(Path.GetFileName));
        Assert.Equal(404, (await hub.RefusedAsync(HttpMethod.Get, $"datasets/{dataset}/")).Status);
        Assert.Equal(permanent, Assert.Single((await hub.GetAsync("datasets/", DatasetList.Parser)).Datasets).DatasetId);
        Assert.Equal(Ten, await hub.DownloadAsync($"models/{kept}/download/"));
    }

    [Fact]
    public async Task Form_LargerThanAllowed_IsRefused()
    {
        await using var hub = await RawHub.StartAsync(o => o with { MaxAssetBytes = 5 });
        var made = await hub.PostAsync("datasets/", new Dataset { Name = "inputs" });
        var url = await hub.GetAsync($"datasets/{made.Id}/upload_url/?file_size=5", FileUploadURL.Parser);
        using var response = await PostFormAsync(hub, url, fields => fields);
        Assert.Equal((400, "EntityTooLarge"), await StorageErrorAsync(response));
    }

    [Fact]
    public async Task Dataset_SentAsAForm_ComesBack()
    {
        await using var hub = await RawHub.StartAsync();
        var made = await hub.PostAsync("datasets/", new Dataset { Name = "inputs" });
        Assert.Equal(hub.Time.GetUtcNow().AddDays(30), made.ExpirationTime.ToDateTimeOffset());
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Patch, $"datasets/{made.Id}/", new Dataset { FileUploadComplete = true })).Status);
        using var response = await PostFormAsync(hub, await hub.GetAsync($"datasets/{made.Id}/upload_url/?file_size=10", FileUploadURL.Parser), fields => fields);
        Assert.Equal(204, (int)response.StatusCode);
        await hub.ChangeAsync(HttpMethod.Patch, $"datasets/{made.Id}/", new Dataset { FileUploadComplete = true });
        Assert.Equal(Ten, await hub.DownloadAsync($"datasets/{made.Id}/download_data/"));
        Assert.True((await hub.GetAsync($"datasets/{made.Id}/", Dataset.Parser)).FileUploadComplete);
        Assert.Single((await hub.GetAsync("datasets/?offset=0&limit=10", DatasetList.Parser)).Datasets);
    }

    [Fact]
    public async Task Form_WithoutItsFields_IsRefused()
    {
        await using var hub = await RawHub.StartAsync();
        var made = await hub.PostAsync("datasets/", new Dataset { Name = "inputs" });
        var url = await hub.GetAsync($"datasets/{made.Id}/upload_url/?file_size=10", FileUploadURL.Parser);
        using var response = await PostFormAsync(hub, url, fields => fields.Where(f => f.Key != "Signature"));
        Assert.Equal((403, "SignatureDoesNotMatch"), await StorageErrorAsync(response));
        using var other = await PostFormAsync(hub, url, fields => fields.Select(f => f.Key == "key" ? new("key", "../token") : f));
        Assert.Equal((403, "SignatureDoesNotMatch"), await StorageErrorAsync(other));
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=key\r\n\r\nd", "MalformedPOSTRequest")]
    [InlineData("multipart/form-data; boundary=x", "--x--\r\n", "InvalidArgument")]
    [InlineData("multipart/form-data", "x", "PreconditionFailed")]
    [InlineData("text/plain", "x", "PreconditionFailed")]
    public async Task Form_ThatIsNone_IsRefused(string type, string body, string code)
    {
        await using var hub = await RawHub.StartAsync();
        using var content = new ByteArrayContent(System.Text.Encoding.ASCII.GetBytes(body)) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
        using var response = await hub.SendAsync(HttpMethod.Post, "/objects/", content, authorization: null);
        Assert.Equal(code, (await StorageErrorAsync(response)).Code);
    }

    private static Task<RawHub> SmallPartsAsync() => RawHub.StartAsync(o => o with { PartBytes = 4 });

    private static async Task<(string Id, FileMultipartUploadURL Upload)> BeginAsync(RawHub hub, int bytes)
    {
        string id = (await hub.PostAsync("models/", new Model { Name = "net", ModelType = ModelType.Onnx })).Id;
        return (id, await hub.GetAsync($"models/{id}/multipart_upload/?file_size={bytes}", FileMultipartUploadURL.Parser));
    }

    private static async Task<string> PutAsync(RawHub hub, string url, byte[] part)
    {
        using var response = await hub.PutPartAsync(url, part);
        Assert.Equal(200, (int)response.StatusCode);
        return Assert.Single(response.Headers.GetValues("ETag"));
    }

    private static async Task<HttpResponseMessage> PostFormAsync(RawHub hub, FileUploadURL url, Func<IEnumerable<KeyValuePair<string, string>>, IEnumerable<KeyValuePair<string, string>>> change)
    {
        using var form = new MultipartFormDataContent();
        foreach (var (name, value) in change(url.Fields))
        {
            form.Add(new StringContent(value), name);
        }

        form.Add(new ByteArrayContent(Ten), url.FileFieldName, "model");
        return await hub.SendAsync(HttpMethod.Post, url.Url, form, authorization: null);
    }

    private static async Task<(int Status, string Code)> StorageErrorAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/xml", response.Content.Headers.ContentType?.MediaType);
        var error = XElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.NotEmpty(error.Element("Message")!.Value);
        return ((int)response.StatusCode, error.Element("Code")!.Value);
    }
}
