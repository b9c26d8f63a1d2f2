using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Api;

/// <summary>What is wrong with a request is told as a problem with a code and a remedy, and nothing of it is stored.</summary>
public sealed class BadRequestTests(BadInputMesh started) : IClassFixture<BadInputMesh>
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
    [InlineData("""{"kind":"echo","text":"x","options":{"timeoutSeconds":0}}""", "out_of_range", "options.timeoutSeconds")]
    [InlineData("""{"kind":"sysinfo","options":{"timeoutSeconds":1000000000}}""", "out_of_range", "options.timeoutSeconds")]
    [InlineData("""{"kind":"chat","text":"x","options":{"timeoutSeconds":1e99}}""", "body_invalid", "options.timeoutSeconds")]
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
            BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.BadRequest, code);
            if (field is not null)
            {
                Assert.Equal(field, problem.GetProperty("field").GetString());
            }
        }

        await started.AssertNothingIsStoredAsync();
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
            BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported");
        }

        await started.AssertNothingIsStoredAsync();
    }

    [Fact]
    public async Task Request_WithoutContentType_IsA415()
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"kind":"echo","text":"x"}"""));
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/jobs") { Content = content });
        BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.UnsupportedMediaType, "media_type_unsupported");
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
        BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.BadRequest, "json_malformed");
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
            BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.RequestEntityTooLarge, code);
        }

        await started.AssertNothingIsStoredAsync();
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
            BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.UnprocessableEntity, problem.GetProperty("code").GetString()!);
            Assert.Equal(2, problem.GetProperty("devices").GetArrayLength());
            Assert.Contains(word, problem.GetRawText(), StringComparison.OrdinalIgnoreCase);
            Assert.All(problem.GetProperty("devices").EnumerateArray(), d =>
            {
                Assert.False(d.GetProperty("candidate").GetBoolean());
                Assert.NotEmpty(d.GetProperty("reason").GetString()!);
            });
        }

        await started.AssertNothingIsStoredAsync();
    }

    [Theory]
    [InlineData("Gone")]
    [InlineData("Never joined")]
    public async Task Request_ForcedOntoADeviceThatIsNotThere_IsA422ThatSaysSo(string name)
    {
        var json = JsonSerializer.Serialize(new { kind = "echo", text = "x", policy = "FORCE_DEVICE", deviceId = Samples.DeviceIdOf(name).Value });
        var (answer, problem) = await Mesh.PostAsync("/api/jobs", json);
        BadInputMesh.AssertProblem(answer, problem, HttpStatusCode.UnprocessableEntity, problem.GetProperty("code").GetString()!);
        if (name == "Gone")
        {
            Assert.Contains("Gone", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await started.AssertNothingIsStoredAsync();
    }
}
