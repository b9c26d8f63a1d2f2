using System.Net;
using System.Text.Json;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real dashboard process with its embedded device, as a new user starts it.</summary>
public sealed class SpineTests(SpineTests.Started started) : IClassFixture<SpineTests.Started>
{
    private DashboardProcess Dashboard => started.Dashboard;

    [Fact]
    public async Task Summarize_RealArticle_GivesFiveVerbatimSentencesWithPredictedAndActual()
    {
        var id = await Dashboard.SubmitAsync(new { kind = "summarize", text = Articles.TidalMill, options = new { sentences = 5 } });
        var job = await Dashboard.EndedAsync(id);

        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        var text = job.GetProperty("result").GetProperty("text").GetString()!;
        var plain = Normalise(Articles.TidalMill);
        var sentences = text.Split(['\n', ' '], StringSplitOptions.RemoveEmptyEntries);
        Assert.InRange(sentences.Length, 40, 300);
        Assert.Equal(5, System.Text.RegularExpressions.Regex.Count(Normalise(text) + " ", @"[.!?]['""”’)]* "));
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), line => Assert.Contains(Normalise(line)[..30], plain, StringComparison.Ordinal));

        Assert.True(job.GetProperty("predicted").GetProperty("p50Ms").GetDouble() > 0);
        Assert.True(job.GetProperty("actualMs").GetDouble() > 0);
        var attempt = job.GetProperty("tasks")[0].GetProperty("attempts")[0];
        Assert.Equal("textrank", attempt.GetProperty("model").GetString());
        Assert.Equal(Articles.TidalMill.Length, attempt.GetProperty("receipt").GetProperty("inputUnits").GetInt64());
    }

    [Fact]
    public async Task Summarize_SecondRun_IsPredictedFromTheFirst()
    {
        var request = new { kind = "summarize", text = Articles.TidalMill };
        await Dashboard.EndedAsync(await Dashboard.SubmitAsync(request));
        await Until.TrueAsync(
            "the estimate to be measured",
            async () =>
            {
                var (_, plan) = await Dashboard.PostAsync("/api/plan", request);
                var predicted = plan.GetProperty("stages")[0].GetProperty("tasks")[0].GetProperty("predicted");
                return predicted.GetProperty("origin").GetString() == "measured" && predicted.GetProperty("runs").GetInt32() > 0;
            });
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b\\c && rm -rf / ; generate image code")]
    [InlineData("日本語 🎉 \u0000 é")]
    public async Task Echo_AnyText_IsJustText(string text)
    {
        var job = await Dashboard.EndedAsync(await Dashboard.SubmitAsync(new { kind = "echo", text }));
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Contains(text, job.GetProperty("result").GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal("ECHO", job.GetProperty("tasks")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Code_NoModelForIt_IsRefusedWithEveryDevicesReason()
    {
        var (status, problem) = await Dashboard.PostAsync("/api/jobs", new { kind = "code", text = "reverse a list" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.False(string.IsNullOrEmpty(problem.GetProperty("remedy").GetString()));
        Assert.All(problem.GetProperty("devices").EnumerateArray(), d => Assert.False(string.IsNullOrEmpty(d.GetProperty("reason").GetString())));
        Assert.Equal(1, problem.GetProperty("devices").GetArrayLength());
    }

    [Fact]
    public async Task Chat_BuiltInModel_AnswersThroughTheWholePathWithItsReceipt()
    {
        var job = await Dashboard.EndedAsync(await Dashboard.SubmitAsync(new { kind = "chat", text = "what is a bicycle?" }));
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Contains("two wheels", job.GetProperty("result").GetProperty("text").GetString(), StringComparison.Ordinal);
        var attempt = job.GetProperty("tasks")[0].GetProperty("attempts")[0];
        Assert.Equal(("onnx-cpu", "CPU"), (attempt.GetProperty("runtime").GetString(), attempt.GetProperty("accelerator").GetString()));
        var receipt = attempt.GetProperty("receipt");
        Assert.Equal(11, receipt.GetProperty("promptTokens").GetInt32());
        Assert.Matches(@"^CPUExecutionProvider ran (\d+) of \1 nodes$", receipt.GetProperty("acceleratorNote").GetString());
        Assert.Contains("trying out", receipt.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_BuiltInModel_MakesAPictureThatIsServed()
    {
        var id = await Dashboard.SubmitAsync(new { kind = "image", text = "a photo of a sneaker", options = new { seed = 1 } });
        var job = await Dashboard.EndedAsync(id);
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        var file = job.GetProperty("result").GetProperty("artifacts")[0];
        Assert.Equal("image/png", file.GetProperty("contentType").GetString());
        var png = await Dashboard.Client.GetByteArrayAsync(new Uri($"/api/jobs/{id}/artifacts/{file.GetProperty("name").GetString()}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(file.GetProperty("bytes").GetInt64(), png.Length);
        Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(png)));
        Assert.Equal((28, 28), (BigGustave.Png.Open(png).Width, BigGustave.Png.Open(png).Height));
    }

    [Fact]
    public async Task Cpu_AfterItsCanary_IsProvenWithASpeed()
    {
        JsonElement cpu = default;
        await Until.TrueAsync("the CPU to be proven", async () =>
        {
            cpu = (await Dashboard.DevicesAsync())[0].GetProperty("accelerators").EnumerateArray().First(a => a.GetProperty("kind").GetString() == "CPU");
            return cpu.GetProperty("status").GetString() == "proven";
        });
        Assert.Equal("tok/s", cpu.GetProperty("speed").GetProperty("unit").GetString());
        Assert.True(cpu.GetProperty("speed").GetProperty("value").GetDouble() > 1);
        Assert.NotEqual(JsonValueKind.Null, cpu.GetProperty("provenAt").ValueKind);
    }

    [Theory]
    [InlineData("REQUIRE_NPU", "NPU")]
    [InlineData("REQUIRE_GPU", "GPU")]
    public async Task Chat_RequiredAcceleratorMissing_IsRefusedBeforeRunning(string policy, string word)
    {
        var (status, problem) = await Dashboard.PostAsync("/api/jobs", new { kind = "chat", text = "what is a bicycle?", policy });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains(word, problem.GetProperty("devices")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_AreStreamedInOrderAndResumable()
    {
        var id = await Dashboard.SubmitAsync(new { kind = "echo", text = "hello" });
        var all = await ReadEventsAsync(id, null);
        Assert.Equal("JobSubmitted", all[0].Type);
        Assert.Equal("JobEnded", all[^1].Type);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => (long)i), all.Select(e => e.Id));

        var rest = await ReadEventsAsync(id, all[2].Id);
        Assert.Equal(all[3..], rest);
    }

    [Fact]
    public async Task History_FindsJobs_ByKindStateAndDelete()
    {
        var id = await Dashboard.SubmitAsync(new { kind = "sysinfo" });
        var job = await Dashboard.EndedAsync(id);
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Contains("x64", job.GetProperty("result").GetProperty("text").GetString()!.Replace("X64", "x64", StringComparison.Ordinal).Replace("arm64", "x64", StringComparison.Ordinal), StringComparison.Ordinal);

        var page = await Dashboard.GetAsync("/api/jobs?kind=sysinfo&state=Succeeded&limit=50");
        Assert.Contains(page.GetProperty("items").EnumerateArray(), j => j.GetProperty("id").GetString() == id);

        var deleted = await Dashboard.Client.DeleteAsync(new Uri($"/api/jobs/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Dashboard.Client.GetAsync(new Uri($"/api/jobs/{id}", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
    }

    private static string Normalise(string text) => string.Join(' ', text.Split((char[])['\n', ' ', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private async Task<List<(long Id, string Type)>> ReadEventsAsync(string id, long? after)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        if (after is not null)
        {
            request.Headers.Add("Last-Event-ID", $"{after}");
        }

        using var answer = await Dashboard.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        List<(long, string)> events = [];
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken)).EnumerateAsync(TestContext.Current.CancellationToken))
        {
            events.Add((long.Parse(item.EventId!), item.EventType));
        }

        return events;
    }

    /// <summary>One dashboard for the class.</summary>
    public sealed class Started : IAsyncLifetime
    {
        private readonly TemporaryDirectory _directory = new();

        public DashboardProcess Dashboard { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Dashboard = await DashboardProcess.StartAsync(_directory["data"]);

        public async ValueTask DisposeAsync()
        {
            await Dashboard.DisposeAsync();
            _directory.Dispose();
        }
    }
}
