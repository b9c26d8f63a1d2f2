using System.Net;
using System.Net.Sockets;
using EdgeMesh.Agent.Doctor;
using EdgeMesh.Agent.Enrolment;
using EdgeMesh.Agent.Identity;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Agent.Doctor;

/// <summary>Really broken set-ups, each with its one cause.</summary>
public sealed class DoctorTests(DoctorDesk desk) : IClassFixture<DoctorDesk>
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task NewDevice_NothingGiven_HasNotJoined() => Names("not_joined", await DoctorDesk.ExamineAsync(null, desk.NewDevice()));

    [Fact]
    public async Task WrongPort_NothingListens() => Names("nothing_listens", await AtAsync($"https://127.0.0.1:{DoctorDesk.FreePort()}"));

    [Fact]
    public async Task PortOfPlainHttp_IsNotTls() => Names("not_tls", await AtAsync($"https://127.0.0.1:{desk.Dashboard.Address.Port}"));

    [Fact]
    public async Task NameNobodyKnows_IsUnknown() => Names("name_unknown", await AtAsync("https://no-such-dashboard.invalid:8443"));

    [Fact]
    public async Task AnotherWebServer_IsNoDashboard()
    {
        await using var other = await ServeAsync(context => context.Response.WriteAsync("Welcome to my printer.", Test));
        Names("not_a_dashboard", await AtAsync(other.Urls.First()));
    }

    [Fact]
    public async Task TicketOfAnotherMesh_NamesTheForeignAuthority()
    {
        var ticket = await desk.TicketAsync() with { Authority = KeyPin.Of([1]) };
        Names("foreign_authority", await DoctorDesk.ExamineAsync(DoctorDesk.Dial(ticket), desk.NewDevice()));
    }

    [Fact]
    public async Task Token_UsedByAnotherDevice_IsSpent()
    {
        var ticket = await desk.TicketAsync();
        Names("agent_stopped", await DoctorDesk.ExamineAsync(DoctorDesk.Dial(ticket), desk.NewDevice()));
        Names("token_spent", await DoctorDesk.ExamineAsync(DoctorDesk.Dial(ticket), desk.NewDevice()));
    }

    [Fact]
    public async Task Token_TooOld_IsExpired()
    {
        var ticket = await desk.TicketAsync();
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(desk.Dashboard.DataDirectory, "edgemesh.db")};Pooling=False"))
        {
            await database.OpenAsync(Test);
            await using var command = database.CreateCommand();
            command.CommandText = "UPDATE JoinTokens SET ExpiresAtMs = 1 WHERE SpentBy IS NULL";
            await command.ExecuteNonQueryAsync(Test);
        }

        Names("token_expired", await DoctorDesk.ExamineAsync(DoctorDesk.Dial(ticket), desk.NewDevice()));
    }

    [Fact]
    public async Task Token_Forged_IsInvalid()
    {
        var ticket = await desk.TicketAsync() with { Secret = Base32.Encode(new byte[20]) };
        Names("token_invalid", await DoctorDesk.ExamineAsync(DoctorDesk.Dial(ticket), desk.NewDevice()));
    }

    [Theory]
    [InlineData(72)]
    [InlineData(-72)]
    public async Task Clock_DaysOff_IsNamedBeforeTheTrustItBreaks(int hours)
    {
        var data = await desk.JoinedAsync();
        Names("clock_skew", await DoctorDesk.ExamineAsync(null, data, new ShiftedTime(TimeSpan.FromHours(hours))));
    }

    [Fact]
    public async Task Dashboard_OfAnotherProtocol_NamesTheVersions()
    {
        await using var newer = await ServeAsync(context => AnswerAsync(context, new EnrolChallenge { ProtocolVersion = 99, OrchestratorVersion = "9.9.0" }.ToByteArray()));
        var diagnosis = await AtAsync(newer.Urls.First());
        Names("version_mismatch", diagnosis);
        Assert.Contains("Update this agent", diagnosis.Cause!.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReverseProxy_ThatDropsUpgrades_IsNamed()
    {
        await using var proxy = await ServeAsync(async context =>
        {
            if (context.Request.Headers.Upgrade.Count > 0)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }

            await AnswerAsync(context, await desk.Dashboard.Client.GetByteArrayAsync(new Uri(context.Request.Path, UriKind.Relative), Test));
        });
        Names("websocket_blocked", await AtAsync(proxy.Urls.First()));
    }

    [Fact]
    public async Task Proxy_ThatRefusesTunnels_IsNamed()
    {
        using var proxy = new TcpListener(IPAddress.Loopback, 0);
        proxy.Start();
        var refusing = Task.Run(async () =>
        {
            while (true)
            {
                using var client = await proxy.AcceptTcpClientAsync(Test);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[1024], Test);
                await stream.WriteAsync("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), Test);
            }
        }, Test);
        await using var doctor = ChildProcess.Start(
            BuiltPrograms.Agent, ["doctor", "--orchestrator", "https://192.0.2.1:8443", "--data", desk.NewDevice()],
            new Dictionary<string, string> { ["HTTPS_PROXY"] = $"http://{proxy.LocalEndpoint}", ["NO_PROXY"] = "" });
        await Until.TrueAsync("the doctor to end", () => doctor.HasExited, TimeSpan.FromSeconds(90));
        await Until.TrueAsync("its cause", () => doctor.Output.Contains("Cause:", StringComparison.Ordinal));
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("(proxy_refuses)", doctor.Output, StringComparison.Ordinal);
        proxy.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => refusing);
    }

    [Fact]
    public async Task CopiedDirectory_WhileTheOriginalRuns_IsADuplicate()
    {
        var original = await desk.JoinedAsync();
        var copy = desk.NewDevice();
        CopyDirectory(original, copy);
        await using var agent = ChildProcess.Start(BuiltPrograms.Agent, ["run", "--data", original]);
        var id = IdOf(copy);
        await Until.TrueAsync(
            "the original to be online",
            async () => (await desk.Dashboard.DevicesAsync()).Any(d => d.GetProperty("id").GetString() == id && d.GetProperty("state").GetString() == "Online"),
            TimeSpan.FromSeconds(90));

        // On a busy machine a beat may be late, and then a second link may replace the first: asked again it is named.
        await Until.TrueAsync("the duplicate to be named", async () => (await DoctorDesk.ExamineAsync(null, copy)).Cause?.Code == "duplicate_identity", TimeSpan.FromSeconds(60));
        await Until.TrueAsync("the original to be well", async () => (await DoctorDesk.ExamineAsync(null, original)).Cause is null, TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Device_ForgottenOnTheDashboard_IsToldToJoinAgain()
    {
        var data = await desk.JoinedAsync();
        using var gone = await desk.Dashboard.Client.DeleteAsync(new Uri($"/api/devices/{IdOf(data)}", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        Names("unknown_device", await DoctorDesk.ExamineAsync(null, data));
    }

    private static void Names(string code, Diagnosis diagnosis)
    {
        Assert.True(diagnosis.Cause?.Code == code, $"Expected {code}, but: {diagnosis.Cause?.ToString() ?? "all is well"}\n{string.Join('\n', diagnosis.Layers)}");
        Assert.NotEmpty(diagnosis.Cause!.Remedy);
        Assert.True(diagnosis.Layers.Count(l => l.State == LayerState.Broken) <= 1, "One cause, not several.");
    }

    private static string IdOf(string data)
    {
        using var key = DeviceKey.Open(data);
        return key.Id.Value;
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Test);
        return app;
    }

    private static Task AnswerAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/x-protobuf";
        return context.Response.Body.WriteAsync(body, Test).AsTask();
    }

    private Task<Diagnosis> AtAsync(string address) => DoctorDesk.ExamineAsync(new DialOptions([new Uri(address)], ""), desk.NewDevice());

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
