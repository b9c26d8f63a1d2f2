using System.Text;
using System.Xml.Linq;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>Requests that fail on purpose.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(429)]
    [InlineData(500)]
    public async Task Status_HitsTheNextRequestsThatMatch(int status)
    {
        await using var hub = await RawHub.StartAsync();
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.Status, Path = "/frameworks/", Status = status, Count = 2, Text = "Not now.", RetryAfterSeconds = 20 });
        Assert.Equal(79, (await hub.GetAsync("devices/", DeviceList.Parser)).Devices.Count);
        for (int i = 0; i < 2; i++)
        {
            using var response = await hub.SendAsync(HttpMethod.Get, "frameworks/");
            Assert.Equal((status, "Not now."), await RawHub.DetailAsync(response));
            Assert.Equal(TimeSpan.FromSeconds(20), response.Headers.RetryAfter?.Delta);
        }

        Assert.NotEmpty((await hub.GetAsync("frameworks/", FrameworkList.Parser)).Frameworks);
    }

    [Fact]
    public async Task Status_OfTheObjectStore_IsXml()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.UploadAsync([1, 2, 3]);
        string url = (await hub.GetAsync($"models/{id}/download/", FileDownloadURL.Parser)).Url;
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.Status, Path = "/objects/", Status = 503 });
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.Expired, Path = "/objects/" });
        foreach (string code in (string[])["SlowDown", "AccessDenied"])
        {
            using var response = await hub.SendAsync(HttpMethod.Get, url, authorization: null);
            Assert.Equal(code, XElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Element("Code")?.Value);
        }

        Assert.Equal([1, 2, 3], await hub.DownloadAsync($"models/{id}/download/"));
    }

    [Fact]
    public async Task Slow_AnswersWhenItsTimeIsUp()
    {
        await using var hub = await RawHub.StartAsync();
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.Slow, Delay = TimeSpan.FromSeconds(30) });
        var answer = hub.GetAsync("frameworks/", FrameworkList.Parser);
        await Until.TrueAsync("the fault is taken", () => hub.Host.Faults.Armed.Count == 0);
        Assert.False(answer.IsCompleted);
        await Until.TrueAsync("the answer", () =>
        {
            hub.Time.Advance(TimeSpan.FromSeconds(30));
            return answer.IsCompleted;
        });
        Assert.NotEmpty((await answer).Frameworks);
    }

    [Fact]
    public async Task ContentType_IsTheForeignOne()
    {
        await using var hub = await RawHub.StartAsync();
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.ContentType, Text = "text/html" });
        using var response = await hub.SendAsync(HttpMethod.Get, "frameworks/");
        Assert.Equal("text/html", response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Redirect_LeadsElsewhere()
    {
        await using var hub = await RawHub.StartAsync();
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.Redirect, Text = "https://elsewhere.invalid/here" });
        using var response = await hub.SendAsync(HttpMethod.Get, "frameworks/");
        Assert.Equal((302, "https://elsewhere.invalid/here"), ((int)response.StatusCode, response.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task CutOff_EndsTheConnectionInTheBody()
    {
        await using var hub = await RawHub.StartAsync();
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.CutOff, Path = "/devices/", AfterBytes = 100 });
        await Assert.ThrowsAsync<HttpRequestException>(() => hub.SendAsync(HttpMethod.Get, "devices/"));
        Assert.Equal(79, (await hub.GetAsync("devices/", DeviceList.Parser)).Devices.Count);
    }

    [Fact]
    public async Task CutOff_EndsADownloadToo()
    {
        await using var hub = await RawHub.StartAsync();
        string id = await hub.UploadAsync(new byte[1_000_000]);
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.CutOff, Path = "/objects/", AfterBytes = 200_000 });
        await Assert.ThrowsAsync<HttpRequestException>(() => hub.DownloadAsync($"models/{id}/download/"));
        Assert.Equal(1_000_000, (await hub.DownloadAsync($"models/{id}/download/")).Length);
    }

    [Fact]
    public async Task CutOffUpload_LeavesThePartOut()
    {
        await using var hub = await RawHub.StartAsync();
        string id = (await hub.PostAsync("models/", new Model { ModelType = ModelType.Onnx })).Id;
        var upload = await hub.GetAsync($"models/{id}/multipart_upload/?file_size=1000000", FileMultipartUploadURL.Parser);
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.CutOffUpload, Method = "put", AfterBytes = 1000 });
        await Assert.ThrowsAsync<HttpRequestException>(() => hub.PutPartAsync(upload.Urls[0], new byte[1_000_000]));
        using var again = await hub.PutPartAsync(upload.Urls[0], new byte[1_000_000]);
        Assert.True(again.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Truncated_IsShorterAndLooksWhole()
    {
        await using var hub = await RawHub.StartAsync();
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.Truncated, Path = "/devices/" });
        using var response = await hub.SendAsync(HttpMethod.Get, "devices/");
        byte[] body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(RawHub.Protobuf, response.Content.Headers.ContentType?.ToString());
        Assert.Throws<Google.Protobuf.InvalidProtocolBufferException>(() => DeviceList.Parser.ParseFrom(body));
    }

    [Fact]
    public async Task Jobs_AreStuckOrFail_WhenAsked()
    {
        await using var hub = await RawHub.StartAsync();
        string model = await hub.UploadAsync(OnnxFiles.Tiny());
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.JobStuck, Path = "compile" });
        hub.Host.Faults.Arm(new Fault { Kind = FaultKind.JobFails, Text = "The device caught fire." });
        string failing = await hub.ProfileAsync(model);
        string stuck = await hub.CompileAsync(model);
        hub.Time.Advance(TimeSpan.FromHours(9));
        Assert.Equal(JobState.Created, (await hub.JobAsync(stuck)).CompileJob.JobState);
        Assert.Equal((JobState.Failed, "The device caught fire."), ((await hub.JobAsync(failing)).ProfileJob.JobState, (await hub.JobAsync(failing)).ProfileJob.FailureReason));
    }

    [Fact]
    public async Task Endpoint_ArmsListsAndClears()
    {
        await using var hub = await RawHub.StartAsync(o => o with { FaultsEndpoint = true });
        using (var arm = await hub.SendAsync(HttpMethod.Post, "/emulator/faults/", Json("""{"kind":"Status","path":"/devices/","status":429,"count":3}""")))
        {
            Assert.Equal(204, (int)arm.StatusCode);
        }

        Assert.Equal(429, (await hub.RefusedAsync(HttpMethod.Get, "devices/")).Status);
        using (var list = await hub.SendAsync(HttpMethod.Get, "/emulator/faults/"))
        {
            Assert.Contains("\"count\":2", await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using (var clear = await hub.SendAsync(HttpMethod.Delete, "/emulator/faults/"))
        {
            Assert.True(clear.IsSuccessStatusCode);
        }

        Assert.Equal(79, (await hub.GetAsync("devices/", DeviceList.Parser)).Devices.Count);
    }

    [Theory]
    [InlineData("""{"kind":"Nothing"}""")]
    [InlineData("""{"kind":"Status","status":999}""")]
    [InlineData("""{"kind":"Status","count":0}""")]
    [InlineData("""{"kind":"Status","colour":"red"}""")]
    [InlineData("null")]
    [InlineData("{")]
    public async Task Endpoint_RefusesWhatIsNoFault(string json)
    {
        await using var hub = await RawHub.StartAsync(o => o with { FaultsEndpoint = true });
        using var response = await hub.SendAsync(HttpMethod.Post, "/emulator/faults/", Json(json));
        Assert.Equal(400, (await RawHub.DetailAsync(response)).Status);
        Assert.Empty(hub.Host.Faults.Armed);
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
}
