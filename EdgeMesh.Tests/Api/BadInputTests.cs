using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Api;

/// <summary>What is wrong with a request is told as a problem with a code and a remedy, and nothing of it is stored.</summary>
public sealed class BadInputTests(BadInputTests.Started started) : IClassFixture<BadInputTests.Started>
{
    private MeshHost Mesh => started.Mesh;

    [Theory]
    [InlineData("", "body_missing", null)]
    [InlineData("null", "body_missing", null)]
    [InlineData("{", "json_malformed", null)]
    [InlineData("{\"kind\":\"echo\",}", "json_malformed", null)]
    [InlineData("hello", "json_malformed", null)]
    [InlineData("[]", "body_invalid", null)]
    [InlineData("\"echo\"", "body_invalid", null)]
    [InlineData("{}", "body_invalid", "kind")]
    [InlineData("""{"kind":"translate","text":"x"}""", "body_invalid", "kind")]
    [InlineData("""{"kind":5,"text":"x"}""", "body_invalid", "kind")]
    [InlineData("""{"kind":"ECHO","text":"x"}""", "body_invalid", "kind")]
    [InlineData("""{"kind":"echo","text":5}""", "body_invalid", "text")]
    [InlineData("""{"kind":"echo","text":["x"]}""", "body_invalid", "text")]
    [InlineData("""{"kind":"echo","text":"\ud800"}""", "body_invalid", "text")]
    [InlineData("""{"kind":"echo","text":"x","policy":"FASTEST"}""", "body_invalid", "policy")]
    [InlineData("""{"kind":"echo","text":"x","policy":"LOW_POWER"}""", "policy_not_available", "policy")]
    [InlineData("""{"kind":"echo","text":"x","policy":"FORCE_DEVICE"}""", "device_missing", "deviceId")]
    [InlineData("""{"kind":"echo","text":"x","deviceId":"nobody"}""", "body_invalid", "deviceId")]
    [InlineData("""{"kind":"echo","text":"x","maxWorkers":"two"}""", "body_invalid", "maxWorkers")]
    [InlineData("""{"kind":"echo","text":"x","maxWorkers":1.5}""", "body_invalid", "maxWorkers")]
    [InlineData("""{"kind":"echo","text":"x","maxWorkers":0}""", "out_of_range", "maxWorkers")]
    [InlineData("""{"kind":"echo","text":"x","priority":1}""", "body_invalid", "priority")]
    [InlineData("""{"kind":"echo","text":"x","options":[]}""", "body_invalid", "options")]
    [InlineData("""{"kind":"echo","text":"x","options":{"sentences":5}}""", "body_invalid", "options.sentences")]
    [InlineData("""{"kind":"echo","text":"x","options":{"count":0}}""", "out_of_range", "options.count")]
    [InlineData("""{"kind":"echo","text":"x","options":{"count":100000}}""", "out_of_range", "options.count")]
    [InlineData("""{"kind":"summarize","text":""}""", "text_empty", "text")]
    [InlineData("""{"kind":"summarize","text":"  \n "}""", "text_empty", "text")]
    [InlineData("""{"kind":"summarize","text":"x","options":{"sentences":"five"}}""", "body_invalid", "options.sentences")]
    [InlineData("""{"kind":"summarize","text":"x","options":{"share":7}}""", "out_of_range", "options.share")]
    [InlineData("""{"kind":"summarize","text":"x","options":{"share":0.2,"sentences":5}}""", "options_conflict", "options")]
    [InlineData("""{"kind":"chat","text":"x","options":{"messages":[{"role":"god","content":"x"}]}}""", "message_invalid", "options.messages")]
    [InlineData("""{"kind":"image","text":"x","options":{"width":511}}""", "out_of_range", "options.width")]
    public async Task Request_ThatIsWrong_IsA400ThatNamesTheField(string json, string code, string? field)
    {
        foreach (var path in (string[])["/api/jobs", "/api/plan"])
        {
            var (answer, problem) = await Mesh.PostAsync(path, json);
            AssertProblem(answer, problem, HttpStatusCode.BadRequest, code);
            if (field is not null)
            {
                Assert.Equal(field, problem.GetProperty("field").GetString());
            }
        }

        await AssertNothingIsStoredAsync();
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/xml")]
    public async Task Request_OfAnotherContentType_IsA415(string contentType)
    {
        foreach (var path in (string[])["/api/jobs", "/api/plan", "/api/keys"])
        {
            var (answer, problem) = await Mesh.PostAsync(path, """{"kind":"echo","text":"x"}""", contentType);
            AssertProblem(answer, problem, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported");
        }

        await AssertNothingIsStoredAsync();
    }

    [Fact]
    public async Task Request_WithoutContentType_IsA415()
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"kind":"echo","text":"x"}"""));
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = content });
        AssertProblem(answer, problem, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported");
    }

    [Fact]
    public async Task Request_NotUtf8_IsA400()
    {
        using var content = new ByteArrayContent([(byte)'{', (byte)'"', 0xff, 0xfe, 0x00, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = content });
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.NotEmpty(problem.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task Request_DeepJson_IsA400()
    {
        var deep = $$"""{"kind":"echo","text":"x","options":{{string.Concat(Enumerable.Repeat("{\"a\":", 5_000))}}1{{new string('}', 5_000)}}}""";
        var (answer, problem) = await Mesh.PostAsync("/api/jobs", deep);
        AssertProblem(answer, problem, HttpStatusCode.BadRequest, "json_malformed");
    }

    [Fact]
    public async Task Text_OfOneMegabyte_IsTakenAndComesBack()
    {
        var text = new string('a', 1024 * 1024);
        started.One.OnRun = run => run.Started().Text(run.Request.Text).Succeed();
        var (answer, body) = await Mesh.PostAsync("/api/jobs", JsonSerializer.Serialize(new { kind = "echo", text }));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        Assert.True(JobId.TryParse(body.GetProperty("id").GetString(), out var id));
        Assert.Equal(text, (await Mesh.EndedAsync(id)).Result!.Text);
        Assert.Null(await Mesh.Jobs.DeleteAsync(id, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(9, "text_too_large")]
    [InlineData(20, "request_too_large")]
    public async Task Text_OverTheLimit_IsA413(int megabytes, string code)
    {
        foreach (var path in (string[])["/api/jobs", "/api/plan"])
        {
            var (answer, problem) = await Mesh.PostAsync(path, JsonSerializer.Serialize(new { kind = "echo", text = new string('a', megabytes << 20) }));
            AssertProblem(answer, problem, HttpStatusCode.RequestEntityTooLarge, code);
        }

        await AssertNothingIsStoredAsync();
    }

    [Theory]
    [InlineData("""{"kind":"image","text":"a harbour"}""", "image")]
    [InlineData("""{"kind":"summarize","text":"x","model":"no-such-model"}""", "no-such-model")]
    [InlineData("""{"kind":"summarize","text":"x","policy":"REQUIRE_NPU"}""", "NPU")]
    [InlineData("""{"kind":"summarize","text":"x","policy":"REQUIRE_GPU"}""", "GPU")]
    public async Task Request_ThatNoDeviceCanRun_IsA422WithEveryDevicesReason(string json, string word)
    {
        foreach (var path in (string[])["/api/jobs", "/api/plan"])
        {
            var (answer, problem) = await Mesh.PostAsync(path, json);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
            AssertProblem(answer, problem, HttpStatusCode.UnprocessableEntity, problem.GetProperty("code").GetString()!);
            Assert.Equal(2, problem.GetProperty("devices").GetArrayLength());
            Assert.Contains(word, problem.GetRawText(), StringComparison.OrdinalIgnoreCase);
            Assert.All(problem.GetProperty("devices").EnumerateArray(), d =>
            {
                Assert.False(d.GetProperty("candidate").GetBoolean());
                Assert.NotEmpty(d.GetProperty("reason").GetString()!);
            });
        }

        await AssertNothingIsStoredAsync();
    }

    [Theory]
    [InlineData("Gone")]
    [InlineData("Never joined")]
    public async Task Request_ForcedOntoADeviceThatIsNotThere_IsA422ThatSaysSo(string name)
    {
        var json = JsonSerializer.Serialize(new { kind = "echo", text = "x", policy = "FORCE_DEVICE", deviceId = Samples.DeviceIdOf(name).Value });
        var (answer, problem) = await Mesh.PostAsync("/api/jobs", json);
        AssertProblem(answer, problem, HttpStatusCode.UnprocessableEntity, problem.GetProperty("code").GetString()!);
        if (name == "Gone")
        {
            Assert.Contains("Gone", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await AssertNothingIsStoredAsync();
    }

    [Theory]
    [InlineData("/api/jobs?limit=0", "limit")]
    [InlineData("/api/jobs?limit=201", "limit")]
    [InlineData("/api/jobs?limit=many", "limit")]
    [InlineData("/api/jobs?limit=5&limit=6", "limit")]
    [InlineData("/api/jobs?state=Done", "state")]
    [InlineData("/api/jobs?kind=Echo", "kind")]
    [InlineData("/api/jobs?device=me", "device")]
    [InlineData("/api/jobs?cursor=17", "cursor")]
    [InlineData("/api/jobs?cursor=%27%20OR%201%3D1", "cursor")]
    public async Task List_BadParameter_IsA400ThatNamesIt(string path, string parameter)
    {
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
        AssertProblem(answer, problem, HttpStatusCode.BadRequest, "parameter_invalid");
        Assert.Equal(parameter, problem.GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    public async Task Events_BadLastEventId_IsA400(string last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{Samples.NewJobId()}/events");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        var (answer, problem) = await Mesh.SendAsync(request);
        AssertProblem(answer, problem, HttpStatusCode.BadRequest, "parameter_invalid");
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("GET", "/events")]
    [InlineData("POST", "/cancel")]
    [InlineData("POST", "/rerun")]
    [InlineData("DELETE", "")]
    [InlineData("GET", "/artifacts/t1-a.png")]
    public async Task Job_Unknown_IsA404(string method, string rest)
    {
        foreach (var id in (string[])[Samples.NewJobId().Value, "j-1", "..%2F..", new string('a', 5_000)])
        {
            var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Parse(method), $"/api/jobs/{id}{rest}"));
            AssertProblem(answer, problem, HttpStatusCode.NotFound, "job_unknown");
        }
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "/drain")]
    [InlineData("POST", "/resume")]
    [InlineData("PATCH", "")]
    [InlineData("DELETE", "")]
    public async Task Device_Unknown_IsA404(string method, string rest)
    {
        foreach (var id in (string[])[Samples.DeviceIdOf("nobody").Value, "x"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Parse(method), $"/api/devices/{id}{rest}");
            request.Content = method == "PATCH" ? new StringContent("""{"name":"x"}""", Encoding.UTF8, "application/json") : null;
            var (answer, problem) = await Mesh.SendAsync(request);
            AssertProblem(answer, problem, HttpStatusCode.NotFound, "device_unknown");
        }
    }

    [Theory]
    [InlineData("""{"name":""}""", "name_invalid")]
    [InlineData("""{"name":"   "}""", "name_invalid")]
    [InlineData("""{"name":"a\u0007b"}""", "name_invalid")]
    [InlineData("""{"name":5}""", "body_invalid")]
    [InlineData("""{"name":"x","color":"red"}""", "body_invalid")]
    [InlineData("{}", "body_invalid")]
    [InlineData("[]", "body_invalid")]
    public async Task Name_ThatIsNone_IsA400(string json, string code)
    {
        using var rename = new HttpRequestMessage(HttpMethod.Patch, $"/api/devices/{started.One.Id}") { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        var (answer, problem) = await Mesh.SendAsync(rename);
        AssertProblem(answer, problem, HttpStatusCode.BadRequest, code);
        Assert.Equal("One", Mesh.Fleet.Current.Find(started.One.Id)!.Name);

        var (made, wrong) = await Mesh.PostAsync("/api/keys", json);
        AssertProblem(made, wrong, HttpStatusCode.BadRequest, code);
        Assert.Equal(1, (await Mesh.GetAsync("/api/keys")).GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound, "path_unknown")]
    [InlineData("GET", "/api", HttpStatusCode.NotFound, "path_unknown")]
    [InlineData("POST", "/api/jobs/x/y/z", HttpStatusCode.NotFound, "path_unknown")]
    [InlineData("PUT", "/api/jobs", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("DELETE", "/api/devices", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("GET", "/api/plan", HttpStatusCode.MethodNotAllowed, "method_not_allowed")]
    [InlineData("DELETE", "/api/keys/not-a-guid", HttpStatusCode.NotFound, "path_unknown")]
    public async Task Path_ThatIsNotThere_IsAProblem(string method, string path, HttpStatusCode status, string code)
    {
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Parse(method), path));
        AssertProblem(answer, problem, status, code);
    }

    [Fact]
    public async Task Job_FinishedOrRunning_RefusesWhatDoesNotFitWithA409()
    {
        started.One.OnRun = run => run.Started();
        var id = await Mesh.SubmitAsync(Samples.Request());
        await Mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);

        var (running, whyRunning) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/jobs/{id}"));
        AssertProblem(running, whyRunning, HttpStatusCode.Conflict, "job_running");
        Assert.NotNull(await Mesh.Jobs.GetAsync(id, TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.Accepted, (await Mesh.PostAsync($"/api/jobs/{id}/cancel")).Answer.StatusCode);
        await Mesh.EndedAsync(id);
        var (finished, whyFinished) = await Mesh.PostAsync($"/api/jobs/{id}/cancel");
        AssertProblem(finished, whyFinished, HttpStatusCode.Conflict, "job_finished");

        started.One.OnRun = run => run.Started().Text("again").Succeed();
        var (rerun, made) = await Mesh.PostAsync($"/api/jobs/{id}/rerun");
        Assert.Equal(HttpStatusCode.Accepted, rerun.StatusCode);
        Assert.Equal($"/api/jobs/{made.GetProperty("id").GetString()}", rerun.Headers.Location!.ToString());
        Assert.True(JobId.TryParse(made.GetProperty("id").GetString(), out var second));
        Assert.Equal(id, (await Mesh.EndedAsync(second)).RerunOf);

        foreach (var job in (JobId[])[id, second])
        {
            Assert.Equal(HttpStatusCode.NoContent, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/jobs/{job}"))).Answer.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{job}"))).Answer.StatusCode);
        }
    }

    private static void AssertProblem(HttpResponseMessage answer, JsonElement problem, HttpStatusCode status, string code)
    {
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.All((string[])["type", "title", "detail", "remedy"], name => Assert.NotEmpty(problem.GetProperty(name).GetString()!));
        Assert.DoesNotContain("   at ", problem.GetRawText(), StringComparison.Ordinal);
    }

    private async Task AssertNothingIsStoredAsync() => Assert.Equal(0, await Mesh.SqlAsync("SELECT (SELECT COUNT(*) FROM Jobs) + (SELECT COUNT(*) FROM Journal)"));

    /// <summary>A mesh with one device that works and one whose link is gone.</summary>
    public sealed class Started : IAsyncLifetime
    {
        public MeshHost Mesh { get; private set; } = null!;

        public FakeDevice One { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Mesh = await MeshHost.StartAsync();
            One = await Mesh.JoinAsync("One");
            var gone = await Mesh.JoinAsync("Gone");
            await Mesh.Services.GetRequiredService<ILinkSink>().ClosedAsync(Mesh.Links.Find(gone.Id)!, "The connection closed.");
            await Support.Until.TrueAsync("it to be gone", () => Mesh.Fleet.Current.Find(gone.Id)!.State == DeviceState.Suspect);
        }

        public ValueTask DisposeAsync() => Mesh.DisposeAsync();
    }
}
