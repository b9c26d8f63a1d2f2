using System.Net;
using System.Net.Sockets;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Catalog;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Http;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using Google.Protobuf;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>What goes wrong has a name, a cause and a remedy.</summary>
public sealed class ErrorTests
{
    private static readonly User Ada = new() { Id = 7, Email = "ada@example.com" };

    [Theory]
    [InlineData(400, """{"detail":"Bad shape."}""", HubFailure.BadRequest, "Bad shape.")]
    [InlineData(401, """{"detail":"Invalid token."}""", HubFailure.TokenRefused, "The service refused the API token")]
    [InlineData(403, """{"detail":"Not yours."}""", HubFailure.Forbidden, "Not yours.")]
    [InlineData(404, "<html>no</html>", HubFailure.NotFound, "Job j5w2gx7p5 could not be found.")]
    [InlineData(404, """{"detail":"Unable to find a target device matching the specified constraints."}""", HubFailure.DeviceNotAvailable, "Unable to find a target device")]
    [InlineData(409, "Already there", HubFailure.Conflict, "Already there")]
    [InlineData(413, "", HubFailure.TooLarge, "The service does not take that much.")]
    [InlineData(426, """{"detail":"Please upgrade to 0.40."}""", HubFailure.ClientTooOld, "Please upgrade to 0.40.")]
    [InlineData(418, "short and stout", HubFailure.ServiceFailed, "The service answered 418: short and stout.")]
    public async Task GetJob_RefusedWithStatus_IsNamedOnce(int status, string body, HubFailure kind, string words)
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(status, body));
        var failure = await Hub.FailureAsync(hub.Client.Jobs.GetAsync("j5w2gx7p5", Hub.Cancelled));
        Assert.Equal((kind, (HttpStatusCode)status), (failure.Kind, failure.Status));
        Assert.Contains(words, failure.Cause, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Remedy);
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task Get_TokenInTheAnswer_IsMasked()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(400, $"bad header: token {Hub.Token}\u0007\nsecond line"));
        var failure = await Hub.FailureAsync(hub.Client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal("bad header: token •••• second line", failure.Cause);
        Assert.DoesNotContain(Hub.Token, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Get_PassingStatus_IsTriedSixTimes(int status)
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(status));
        var failure = await Hub.FailureAsync(hub.Client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(status == 429 ? HubFailure.RateLimited : HubFailure.ServiceFailed, failure.Kind);
        Assert.Equal(6, hub.Requests.Count);
    }

    [Fact]
    public async Task Get_FailureThatPasses_Succeeds()
    {
        var times = 0;
        await using var hub = new Hub(_ => ++times < 3 ? RawHttpServer.Text(503) : RawHttpServer.Message(Ada));
        Assert.Equal("ada@example.com", (await hub.Client.Catalog.GetUserAsync(Hub.Cancelled)).Email);
        Assert.Equal(3, times);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/x-protobuf; charset=utf-8")]
    [InlineData("application/x-protobuf, application/x-protobuf")]
    [InlineData("Application/X-Protobuf")]
    [InlineData("application/protobuf")]
    public async Task Get_OtherContentType_IsForeign(string type)
    {
        await using var hub = new Hub(_ => RawHttpServer.Message(Ada, type));
        var failure = await Hub.FailureAsync(hub.Client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(HubFailure.ForeignAnswer, failure.Kind);
        Assert.Contains(type, failure.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_MessageThatEndsEarly_IsDamaged()
    {
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, Ada.ToByteArray()[..^3], "Content-Type: application/x-protobuf\r\n"));
        Assert.Equal(HubFailure.DamagedAnswer, (await Hub.FailureAsync(hub.Client.Catalog.GetUserAsync(Hub.Cancelled))).Kind);
        Assert.Single(hub.Requests);
    }

    [Fact]
    public async Task Get_ConnectionThatIsCut_IsTriedAgainThenNamed()
    {
        var bytes = Ada.ToByteArray();
        await using var hub = new Hub(_ => RawHttpServer.Bytes(200, bytes[..^3], "Content-Type: application/x-protobuf\r\n", bytes.Length));
        Assert.Equal(HubFailure.DamagedAnswer, (await Hub.FailureAsync(hub.Client.Catalog.GetUserAsync(Hub.Cancelled))).Kind);
        Assert.Equal(6, hub.Requests.Count);
    }

    [Fact]
    public async Task Get_ServerThatIsSilent_TimesOutAfter28Seconds()
    {
        await using var hub = new Hub(_ => [], new HubTimings { Tries = 1 });
        var began = hub.Time.GetUtcNow();
        var failure = await hub.SilenceAsync(() => hub.Client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(HubFailure.TimedOut, failure.Kind);
        Assert.Contains("28 seconds", failure.Cause, StringComparison.Ordinal);
        Assert.InRange(hub.Time.GetUtcNow() - began, TimeSpan.FromSeconds(28), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Get_NobodyListens_IsUnreachable()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        await using var hub = new Hub(_ => null, new HubTimings { Tries = 2 });
        var client = hub.Factory.Create(hub.Config with { ApiUrl = new Uri($"http://127.0.0.1:{port}") });
        var failure = await Hub.FailureAsync(client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(HubFailure.Unreachable, failure.Kind);
        Assert.Contains("127.0.0.1", failure.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Get_RedirectToAnotherHost_TokenDoesNotFollow(int status)
    {
        await using var other = new RawHttpServer(_ => RawHttpServer.Message(Ada));
        await using var hub = new Hub(_ => RawHttpServer.Text(status, "", $"Location: http://localhost:{other.Url.Port}/api/v1/users/auth/user/\r\n"));
        var failure = await Hub.FailureAsync(hub.Client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal(HubFailure.Redirected, failure.Kind);
        Assert.Contains("localhost", failure.Cause, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("http://169.254.169.254")]
    [InlineData("ftp://localhost")]
    public async Task Create_AddressThatIsNotEncrypted_IsRefused(string url)
    {
        await using var hub = new Hub(_ => null);
        var failure = Assert.Throws<QaiHubException>(() => hub.Factory.Create(hub.Config with { ApiUrl = new Uri(url) }));
        Assert.Equal(HubFailure.InsecureAddress, failure.Kind);
        Assert.DoesNotContain(Hub.Token, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://storage.example/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("nonsense")]
    public async Task GetFile_StorageAddressThatIsNotEncrypted_IsRefused(string url)
    {
        await using var hub = Hub.Saying(new FileDownloadURL { Url = url, Filename = "x" });
        var failure = await Hub.FailureAsync(hub.Client.Models.GetFileAsync("mmq12345q", Hub.Cancelled));
        Assert.Contains(failure.Kind, new[] { HubFailure.InsecureAddress, HubFailure.DamagedAnswer });
    }

    [Fact]
    public async Task CreateJob_AnswerWithFieldErrors_ShowsThem()
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { ValidationError = new ValidationError { FieldErrors = { new FieldError { Field = "options", Messages = { "unrecognized" } } } } });
        var failure = await Hub.FailureAsync(hub.Client.Jobs.CreateAsync(new ProfileRequest("mmq12345q", new HubDevice("X", "", [], "")), cancellationToken: Hub.Cancelled));
        Assert.Equal((HubFailure.BadRequest, "options: unrecognized"), (failure.Kind, failure.Cause));
    }

    [Fact]
    public async Task CreateJob_AnswerWithAnIdThatIsAPath_IsDamaged()
    {
        await using var hub = Hub.Saying(new CreateUpdateResponse { Id = "../../etc" });
        Assert.Equal(HubFailure.DamagedAnswer, (await Hub.FailureAsync(hub.Client.Jobs.CreateAsync(new ProfileRequest("mmq12345q", new HubDevice("X", "", [], "")), cancellationToken: Hub.Cancelled))).Kind);
    }

    [Fact]
    public async Task GetResult_NoneThere_IsNotReady()
    {
        await using var hub = new Hub(_ => RawHttpServer.Text(404));
        Assert.Equal(HubFailure.NotReady, (await Hub.FailureAsync(hub.Client.Jobs.GetResultAsync("j5w2gx7p5", Hub.Cancelled))).Kind);
    }

    [Fact]
    public void Config_Shown_HasNoToken()
    {
        var config = new QaiHubConfig(new Uri("https://a.example"), new Uri("https://a.example"), Hub.Token, "Settings");
        Assert.DoesNotContain(Hub.Token, config.ToString(), StringComparison.Ordinal);
        Assert.Equal("••••cdef", config.MaskedToken);
        Assert.Equal("••••", QaiHubConfig.Mask("short"));
        Assert.Equal("https://a.example/jobs/j5w2gx7p5/", config.Page("jobs/j5w2gx7p5").AbsoluteUri);
    }
}
