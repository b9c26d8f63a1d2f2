using System.Net.Http.Headers;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Tests.QaiHub.Emulator;

/// <summary>What every request and answer has in common.</summary>
public sealed class ProtocolTests(SharedHub shared) : IClassFixture<SharedHub>
{
    [Theory]
    [InlineData(null, "Authentication credentials were not provided.")]
    [InlineData("Bearer right", "Authentication credentials were not provided.")]
    [InlineData("token", "Authentication credentials were not provided.")]
    [InlineData("token ", "Authentication credentials were not provided.")]
    [InlineData("token wrong", "Invalid token.")]
    [InlineData("token right ,", "Invalid token.")]
    public async Task Request_WithoutTheToken_Is401(string? authorization, string detail)
    {
        var hub = shared.Hub;
        foreach (string path in (string[])["users/auth/user/", "devices/", "jobs/", "nothing/", "/", "/emulator/faults/"])
        {
            using var response = await hub.SendAsync(HttpMethod.Get, path, authorization: authorization);
            Assert.Equal((401, detail), await RawHub.DetailAsync(response));
        }
    }

    [Fact]
    public async Task Get_WithoutTrailingSlash_IsSentToThePathWithIt()
    {
        var hub = shared.Hub;
        using var response = await hub.SendAsync(HttpMethod.Get, "devices?name=&os=");
        Assert.Equal(301, (int)response.StatusCode);
        Assert.Equal("/api/v1/devices/?name=&os=", response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Post_WithoutTrailingSlash_Is404()
    {
        var hub = shared.Hub;
        Assert.Equal((404, "Not found."), await hub.RefusedAsync(HttpMethod.Post, "models", new Model { ModelType = ModelType.Onnx }));
    }

    [Fact]
    public async Task User_OfTheToken_IsTold()
    {
        var hub = shared.Hub;
        var user = await hub.GetAsync("users/auth/user/", User.Parser);
        Assert.False(user.HasToken);
        Assert.Equal("emulated.user@emulator.invalid", user.Email);
    }

    [Fact]
    public async Task Organizations_AreNone()
    {
        var hub = shared.Hub;
        Assert.Equal(0UL, (await hub.GetAsync("organizations/", DeviceList.Parser)).TotalQueryCount);
    }

    [Fact]
    public async Task Answers_HaveTheEmulatorsMark()
    {
        var hub = shared.Hub;
        foreach (string? authorization in (string?[])["token right", null])
        {
            using var response = await hub.SendAsync(HttpMethod.Get, "frameworks/", authorization: authorization);
            Assert.Equal(EmulatorMark.Value, Assert.Single(response.Headers.GetValues(EmulatorMark.Header)));
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf; charset=utf-8")]
    [InlineData("application/octet-stream")]
    public async Task Post_WithForeignContentType_Is415(string type)
    {
        var hub = shared.Hub;
        using var response = await hub.SendAsync(HttpMethod.Post, "models/", new ByteArrayContent([]) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } });
        Assert.Equal((415, $"Unsupported media type \"{type}\" in request."), await RawHub.DetailAsync(response));
    }

    [Theory]
    [InlineData(3, 400)]
    [InlineData(5_000_000, 413)]
    public async Task Post_OfWhatIsNoMessage_IsRefused(int bytes, int status)
    {
        var hub = shared.Hub;
        byte[] junk = Enumerable.Repeat((byte)0xFF, bytes).ToArray();
        using var response = await hub.SendAsync(HttpMethod.Post, "jobs/", new ByteArrayContent(junk) { Headers = { ContentType = new MediaTypeHeaderValue(RawHub.Protobuf) } });
        Assert.Equal(status, (await RawHub.DetailAsync(response)).Status);
    }

    [Theory]
    [InlineData("models/mnothing9/")]
    [InlineData("jobs/jnothing9/")]
    [InlineData("jobs/jnothing9/result/")]
    [InlineData("datasets/dnothing9/")]
    [InlineData("models/mnothing9/download/")]
    [InlineData("nothing/")]
    [InlineData("/emulator/faults/")]
    public async Task Get_OfWhatIsNotThere_Is404(string path)
    {
        var hub = shared.Hub;
        Assert.Equal((404, "Not found."), await hub.RefusedAsync(HttpMethod.Get, path));
    }

    [Theory]
    [InlineData("offset=-1")]
    [InlineData("limit=many")]
    [InlineData("state=done")]
    [InlineData("type=nothing")]
    public async Task List_WithSenselessQuery_Is400(string query)
    {
        var hub = shared.Hub;
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Get, $"job_summaries/?{query}")).Status);
    }

    [Theory]
    [InlineData("two\nlines")]
    [InlineData(null)]
    public async Task Names_TooLongOrWithLineBreaks_Are400(string? name)
    {
        var hub = shared.Hub;
        name ??= new string('n', 300);
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Post, "models/", new Model { Name = name, ModelType = ModelType.Onnx })).Status);
        Assert.Equal(400, (await hub.RefusedAsync(HttpMethod.Post, "datasets/", new Dataset { Name = name })).Status);
    }

    [Fact]
    public async Task Failure_OfTheEmulatorItself_Is500WithADetail()
    {
        await using var hub = await RawHub.StartAsync();
        Directory.Delete(Path.Combine(hub.Folder, "models"), recursive: true);
        Assert.Equal(500, (await hub.RefusedAsync(HttpMethod.Post, "models/", new Model { ModelType = ModelType.Onnx })).Status);
    }

    [Fact]
    public async Task Requests_AreNoted_WithoutTheToken()
    {
        var hub = shared.Hub;
        await hub.GetAsync("devices/?name=&os=&select=False", DeviceList.Parser);
        var seen = hub.Host.Requests.Seen[^1];
        Assert.Equal(("GET", "/api/v1/devices/", "?name=&os=&select=False"), (seen.Method, seen.Path, seen.Query));
        Assert.DoesNotContain("right", seen.Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_OnAFolderInUse_SaysSo()
    {
        var hub = shared.Hub;
        var error = await Assert.ThrowsAsync<IOException>(hub.StartSecondAsync);
        Assert.Contains("Another emulator uses", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_NotGiven_IsMadeOnceAndKept()
    {
        await using var hub = await RawHub.StartAsync(o => o with { Token = null });
        string token = hub.Host.Token;
        Assert.Equal(40, token.Length);
        await hub.RestartAsync();
        Assert.Equal(token, hub.Host.Token);
    }

    [Fact]
    public async Task Start_WithValuesOutOfRange_Throws()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RawHub.StartAsync(o => o with { Speed = 0 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => RawHub.StartAsync(o => o with { Port = 70000 }));
        await Assert.ThrowsAsync<ArgumentException>(() => RawHub.StartAsync(o => o with { Token = "with space" }));
        await Assert.ThrowsAsync<ArgumentException>(() => EmulatorHost.StartAsync(new EmulatorOptions { Folder = "" }, TestContext.Current.CancellationToken));
    }
}
