using System.Globalization;
using System.Net;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Api;

/// <summary>The exact shapes that programs of others rely on: names, nulls, words, times.</summary>
public sealed class ContractTests(ContractTests.Started started) : IClassFixture<ContractTests.Started>
{
    private static readonly string[] Predicted = ["p50Ms", "p90Ms", "ramMb", "origin", "runs", "waitMs"];

    private MeshHost Mesh => started.Mesh;

    [Fact]
    public async Task Plan_HasItsShape()
    {
        var (answer, plan) = await Mesh.PostAsync("/api/plan", """{"kind":"summarize","text":"One. Two. Three."}""");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        AssertNames(plan, "stages", "devices", "predicted");
        var task = plan.GetProperty("stages")[0].GetProperty("tasks")[0];
        AssertNames(task, "kind", "deviceId", "deviceName", "model", "runtime", "predicted");
        Assert.Equal("LLM_GENERATE", task.GetProperty("kind").GetString());
        AssertNames(task.GetProperty("predicted"), Predicted);
        Assert.Contains(task.GetProperty("predicted").GetProperty("origin").GetString(), (string[])["prior", "borrowed", "published", "measured"]);
        AssertNames(plan.GetProperty("predicted"), "p50Ms", "p90Ms");
        Assert.All(plan.GetProperty("devices").EnumerateArray(), d =>
        {
            AssertNames(d, "deviceId", "name", "candidate", "reason", "predicted");
            Assert.NotEmpty(d.GetProperty("reason").GetString()!);
            AssertNames(d.GetProperty("predicted"), Predicted);
        });
    }

    [Fact]
    public async Task Submit_Is202WithLocationAndId()
    {
        var (answer, body) = await Mesh.PostAsync("/api/jobs", """{"kind":"echo","text":"x"}""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        AssertNames(body, "id");
        Assert.Equal($"/api/jobs/{body.GetProperty("id").GetString()}", answer.Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.OK, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, answer.Headers.Location))).Answer.StatusCode);
    }

    [Fact]
    public async Task Job_HasItsShape_RunningAndEnded()
    {
        started.One.OnRun = run => run.Started();
        var id = await Mesh.SubmitAsync(Samples.Request());
        await Mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        var running = await Mesh.GetAsync($"/api/jobs/{id}");
        AssertJob(running);
        Assert.Equal("Running", running.GetProperty("state").GetString());
        Assert.All((string[])["finishedAt", "result", "error", "actualMs"], name => Assert.Equal(JsonValueKind.Null, running.GetProperty(name).ValueKind));
        Assert.Equal(JsonValueKind.Null, Attempt(running).GetProperty("receipt").ValueKind);

        started.One.Runs.Last().Text("Short.").Succeed();
        await Mesh.EndedAsync(id);
        started.One.OnRun = run => run.Started().Text(run.Request.Text).Succeed();
        var ended = await Mesh.GetAsync($"/api/jobs/{id}");
        AssertJob(ended);
        Assert.Equal("Succeeded", ended.GetProperty("state").GetString());
        AssertNames(ended.GetProperty("result"), "text", "artifacts", "partial", "cut");
        Assert.Equal(JsonValueKind.Array, ended.GetProperty("result").GetProperty("artifacts").ValueKind);
        AssertUtc(ended.GetProperty("createdAt"));
        AssertUtc(ended.GetProperty("finishedAt"));
        Assert.True(ended.GetProperty("actualMs").GetDouble() > 0);
        Assert.Equal("CPU", Attempt(ended).GetProperty("accelerator").GetString());
        Assert.Equal(JsonValueKind.Object, Attempt(ended).GetProperty("receipt").ValueKind);
    }

    [Fact]
    public async Task Job_Failed_TellsErrorWithRemedyAtJobAndAttempt()
    {
        started.One.OnRun = run => run.Fail("BadInput", "no sentence in it");
        var id = await Mesh.SubmitAsync(Samples.Request());
        await Mesh.EndedAsync(id);
        started.One.OnRun = run => run.Started().Text(run.Request.Text).Succeed();

        var job = await Mesh.GetAsync($"/api/jobs/{id}");

        Assert.Equal("Failed", job.GetProperty("state").GetString());
        foreach (var error in (JsonElement[])[job.GetProperty("error"), Attempt(job).GetProperty("error")])
        {
            AssertNames(error, "title", "detail", "code", "remedy");
            Assert.All(error.EnumerateObject(), p => Assert.NotEmpty(p.Value.GetString()!));
            Assert.Equal("badinput", error.GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Jobs_ArePagesNewestFirst()
    {
        for (var n = 0; n < 3; n++)
        {
            var job = await Mesh.EndedAsync(await Mesh.SubmitAsync(Samples.Request(JobKind.Echo, $"page {n}")));
            await Until.TrueAsync("the next millisecond", () => TimeProvider.System.GetUtcNow() > job.CreatedAt.AddMilliseconds(2));
        }

        var first = await Mesh.GetAsync("/api/jobs?limit=2&kind=echo&state=Succeeded&text=page");
        AssertNames(first, "items", "nextCursor");
        AssertNames(
            first.GetProperty("items")[0], "id", "kind", "state", "title", "note", "createdAt", "finishedAt", "predicted", "actualMs", "devices", "model", "accelerator");
        Assert.Equal(["page 2", "page 1"], Titles(first));
        var second = await Mesh.GetAsync($"/api/jobs?limit=2&kind=echo&state=Succeeded&text=page&cursor={first.GetProperty("nextCursor").GetString()}");
        Assert.Equal(["page 0"], Titles(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("nextCursor").ValueKind);
        Assert.Empty(Titles(await Mesh.GetAsync("/api/jobs?text=%25")));

        static IEnumerable<string?> Titles(JsonElement page) => page.GetProperty("items").EnumerateArray().Select(j => j.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Devices_AreABareArrayOfTheirShape()
    {
        var devices = await Mesh.GetAsync("/api/devices");
        Assert.Equal(JsonValueKind.Array, devices.ValueKind);
        var one = devices[0];
        AssertDevice(one);
        AssertDevice(await Mesh.GetAsync($"/api/devices/{started.One.Id}"));
        Assert.Equal("Online", one.GetProperty("state").GetString());
        Assert.Equal("Tunnel", one.GetProperty("link").GetString());
        AssertUtc(one.GetProperty("lastSeen"));
        AssertNames(one.GetProperty("ram"), "totalMb", "freeMb");
        Assert.Equal(JsonValueKind.Object, one.GetProperty("telemetry").ValueKind);
        Assert.Equal(["CPU", "GPU", "NPU"], one.GetProperty("accelerators").EnumerateArray().Select(a => a.GetProperty("kind").GetString()));
        Assert.Equal(["detected", "detected", "absent"], one.GetProperty("accelerators").EnumerateArray().Select(a => a.GetProperty("status").GetString()));
        Assert.All(one.GetProperty("accelerators").EnumerateArray(), a =>
        {
            AssertNames(a, "kind", "name", "status", "provenAt", "speed");
            Assert.Equal(JsonValueKind.Null, a.GetProperty("speed").ValueKind);
        });
        var runtime = one.GetProperty("runtimes")[0];
        AssertNames(runtime, "id", "name", "state", "reason", "models", "owner");
        Assert.Equal("Ready", runtime.GetProperty("state").GetString());
        AssertNames(runtime.GetProperty("models")[0], "id", "skills");
        Assert.Equal("summarize", runtime.GetProperty("models")[0].GetProperty("skills")[0].GetString());
    }

    [Fact]
    public async Task Device_RenamedDrainedResumedForgotten_AnswersAsItIs()
    {
        var two = await Mesh.JoinAsync("Two");
        using var rename = new HttpRequestMessage(HttpMethod.Patch, $"/api/devices/{two.Id}") { Content = new StringContent("""{"name":" Kitchen "}""", System.Text.Encoding.UTF8, "application/json") };
        var (answer, renamed) = await Mesh.SendAsync(rename);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        AssertDevice(renamed);
        await Until.TrueAsync("the new name", async () => (await DeviceAsync()).GetProperty("name").GetString() == "Kitchen");

        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.PostAsync($"/api/devices/{two.Id}/drain")).Answer.StatusCode);
        await Until.TrueAsync("the drain", async () => (await DeviceAsync()).GetProperty("state").GetString() == "Draining");
        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.PostAsync($"/api/devices/{two.Id}/resume")).Answer.StatusCode);
        await Until.TrueAsync("the resume", async () => (await DeviceAsync()).GetProperty("state").GetString() == "Online");

        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/devices/{two.Id}"))).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/devices/{two.Id}"))).Answer.StatusCode);

        Task<JsonElement> DeviceAsync() => Mesh.GetAsync($"/api/devices/{two.Id}");
    }

    [Fact]
    public async Task Device_ProvenAgain_IsAcceptedUnlessItCannotBeAsked()
    {
        var two = await Mesh.JoinAsync("Prover");
        Assert.Equal(HttpStatusCode.Accepted, (await Mesh.PostAsync($"/api/devices/{two.Id}/prove")).Answer.StatusCode);

        two.Canaries = 0;
        var (answer, refused) = await Mesh.PostAsync($"/api/devices/{two.Id}/prove");
        Assert.Equal((HttpStatusCode.Conflict, "nothing_to_prove"), (answer.StatusCode, refused.GetProperty("code").GetString()));

        Mesh.Links.Find(two.Id)!.Abort("The test cuts it.");
        (answer, refused) = await Mesh.PostAsync($"/api/devices/{two.Id}/prove");
        Assert.Equal((HttpStatusCode.Conflict, "device_unreachable"), (answer.StatusCode, refused.GetProperty("code").GetString()));

        // The mesh is shared, and its beats stand still: other tests' jobs would wait for this device.
        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/devices/{two.Id}"))).Answer.StatusCode);
    }

    [Fact]
    public async Task JoinToken_HasItsShapeAndCommandsThatHoldIt()
    {
        var (answer, made) = await Mesh.PostAsync("/api/join-tokens");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        AssertNames(made, "token", "expiresAt", "commands");
        AssertNames(made.GetProperty("commands"), "linux", "macos", "windows", "termux");
        AssertUtc(made.GetProperty("expiresAt"));
        var token = made.GetProperty("token").GetString()!;
        Assert.All(made.GetProperty("commands").EnumerateObject(), c =>
        {
            Assert.Contains(token, c.Value.GetString(), StringComparison.Ordinal);
            Assert.Contains($"{Mesh.Address.GetLeftPart(UriPartial.Authority)}/join.", c.Value.GetString(), StringComparison.Ordinal);
        });
        Assert.True(EdgeMesh.Core.Trust.JoinTicket.TryParse(token, out var ticket, out _));
        Assert.Equal(0, await Mesh.SqlAsync($"SELECT COUNT(*) FROM JoinTokens WHERE Hash LIKE '%{ticket.Secret}%' OR CreatedBy LIKE '%{ticket.Secret}%'"));
    }

    [Fact]
    public async Task Keys_AreMadeListedAndDeleted()
    {
        var (answer, made) = await Mesh.PostAsync("/api/keys", """{"name":"laptop"}""");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        AssertNames(made, "id", "name", "prefix", "createdAt", "secret", "scopes", "expiresAt");
        var secret = made.GetProperty("secret").GetString()!;
        Assert.Equal($"/api/keys/{made.GetProperty("id").GetString()}", answer.Headers.Location!.ToString());

        var list = await Mesh.GetAsync("/api/keys");
        AssertNames(list, "items", "nextCursor");
        AssertNames(list.GetProperty("items")[0], "id", "name", "prefix", "createdAt", "lastUsedAt", "isAdmin", "scopes", "expiresAt");
        Assert.DoesNotContain(secret, list.GetRawText(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, answer.Headers.Location))).Answer.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, answer.Headers.Location))).Answer.StatusCode);
    }

    [Fact]
    public async Task Key_TheLast_CannotBeDeleted()
    {
        var only = (await Mesh.GetAsync("/api/keys")).GetProperty("items")[0].GetProperty("id").GetString();
        var (answer, problem) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Delete, $"/api/keys/{only}"));
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Equal("key_last", problem.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Health_IsOpenAndTellsItsChecks()
    {
        using var anonymous = Mesh.NewClient(null);
        var (alive, health) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/healthz"), anonymous);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        Assert.Equal("ok", health.GetProperty("status").GetString());
        var (ready, checks) = await Mesh.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/readyz"), anonymous);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.True(checks.GetProperty("ready").GetBoolean());
        var names = checks.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("name").GetString());
        Assert.Empty(((string[])["database", "orchestrator", "embedded device"]).Except(names));
    }

    private static JsonElement Attempt(JsonElement job) => job.GetProperty("tasks")[0].GetProperty("attempts")[0];

    private static void AssertJob(JsonElement job)
    {
        AssertNames(job, "id", "kind", "state", "title", "rerunOf", "createdAt", "finishedAt", "result", "error", "predicted", "actualMs", "tasks");
        Assert.Equal("summarize", job.GetProperty("kind").GetString());
        AssertNames(job.GetProperty("predicted"), "p50Ms", "p90Ms");
        AssertNames(job.GetProperty("tasks")[0], "id", "stage", "kind", "state", "attempts");
        AssertNames(
            Attempt(job), "number", "deviceId", "deviceName", "model", "runtime", "accelerator", "state", "predicted", "actualMs", "error", "receipt", "reasoning");
        AssertNames(Attempt(job).GetProperty("predicted"), Predicted);
    }

    private static void AssertDevice(JsonElement device) => AssertNames(
        device, "id", "name", "state", "stateReason", "lastSeen", "link", "os", "architecture", "agentVersion", "accelerators", "ram", "telemetry", "runtimes");

    private static void AssertNames(JsonElement json, params string[] names) => Assert.Equal(names, json.EnumerateObject().Select(p => p.Name));

    private static void AssertUtc(JsonElement time)
    {
        Assert.EndsWith("Z", time.GetString(), StringComparison.Ordinal);
        Assert.True(DateTimeOffset.TryParse(time.GetString(), CultureInfo.InvariantCulture, out _));
    }

    /// <summary>A mesh with one device.</summary>
    public sealed class Started : IAsyncLifetime
    {
        public MeshHost Mesh { get; private set; } = null!;

        public FakeDevice One { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Mesh = await MeshHost.StartAsync();
            One = await Mesh.JoinAsync("One");
        }

        public ValueTask DisposeAsync() => Mesh.DisposeAsync();
    }
}
