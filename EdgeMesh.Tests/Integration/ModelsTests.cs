using System.Net;
using System.Text.Json;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>Real processes: a model comes from a repository, runs, is relayed to another device, and goes.</summary>
public sealed class ModelsTests
{
    private const string Repository = "test-org/wordnet-chat";
    private const string Model = "test-org--wordnet-chat";
    private static readonly string BuiltIn = Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Agent", "BuiltInModels", "wordnet-chat");
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Model_IsFetchedRunRelayedAndRemoved()
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await HubServer.StartAsync();
        hub.Offer(Repository, BuiltIn);
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: hub.Files.Authority);
        await using var south = await AgentProcess.JoinAsync(dashboard, "South", directory["south"]);
        var (one, two) = (await IdAsync(dashboard, "North"), await IdAsync(dashboard, "South"));
        var source = new { kind = "huggingface", repository = Repository, host = hub.Host };

        var (previewed, forecasts) = await dashboard.PostAsync("/api/models/preview", new { deviceIds = new[] { one, two }, source });
        Assert.Equal(HttpStatusCode.OK, previewed);
        Assert.True(forecasts[0].GetProperty("fitsDisk").GetBoolean(), forecasts.ToString());
        Assert.True(forecasts[0].GetProperty("bytesToFetch").GetInt64() > 1_000_000);
        Assert.True(forecasts[0].GetProperty("fitsMemory").GetBoolean());
        Assert.Equal("refused_address", forecasts[1].GetProperty("error").GetProperty("code").GetString());
        Assert.DoesNotContain(hub.Files.Seen, a => a.Path.Contains("resolve", StringComparison.Ordinal));

        var first = await InstalledAsync(dashboard, new { deviceIds = new[] { one }, source, skills = new[] { "chat" } });
        Assert.True(first.GetProperty("state").GetString() == "Succeeded", first.ToString());
        Assert.Equal(first.GetProperty("totalBytes").GetInt64(), first.GetProperty("bytes").GetInt64());
        await dashboard.DeviceAsync("North", d => Has(d) && Ready(d), Long);
        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "chat", text = "what is a flower?", model = Model }), Long);
        Assert.True(job.GetProperty("state").GetString() == "Succeeded", job.ToString());
        Assert.NotEmpty(job.GetProperty("result").GetProperty("text").GetString()!);
        Assert.Equal(Model, job.GetProperty("tasks")[0].GetProperty("attempts")[0].GetProperty("model").GetString());

        var fetched = hub.Files.Seen.Count;
        var relayed = await InstalledAsync(dashboard, new { deviceIds = new[] { two }, source = new { kind = "device", deviceId = one, model = Model } });
        Assert.True(relayed.GetProperty("state").GetString() == "Succeeded", relayed.ToString());
        Assert.Equal("North", relayed.GetProperty("source").GetString());
        Assert.Equal(fetched, hub.Files.Seen.Count);
        await dashboard.DeviceAsync("South", Has, Long);
        var row = (await dashboard.GetAsync("/api/models")).GetProperty("models").EnumerateArray().Single(m => m.GetProperty("id").GetString() == Model);
        Assert.Equal(["chat"], row.GetProperty("skills").EnumerateArray().Select(s => s.GetString()));
        Assert.Equal([$"hf:{Repository}@main"], row.GetProperty("devices").EnumerateArray().Select(d => d.GetProperty("source").GetString()).Distinct());

        foreach (var id in (string[])[one, two])
        {
            using var removed = await dashboard.Client.DeleteAsync(new Uri($"/api/models/{id}/{Model}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        }

        await dashboard.DeviceAsync("North", d => !Has(d));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory["north"], "models", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task BaseModel_TakesNoJobByItself_ButCompletesATextWhenNamed()
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await HubServer.StartAsync();
        var folder = ModelFixtures.Copy(BuiltIn, Directory.CreateDirectory(directory["base"]).FullName);
        await File.WriteAllTextAsync(Path.Combine(folder, "tokenizer_config.json"), """{"bos_token":"<s>","eos_token":"<|end|>"}""", TestContext.Current.CancellationToken);
        hub.Offer(Repository, folder);
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: hub.Files.Authority);
        var installed = await InstalledAsync(dashboard, new { deviceIds = new[] { await IdAsync(dashboard, "North") }, source = new { kind = "huggingface", repository = Repository, host = hub.Host } });
        Assert.True(installed.GetProperty("state").GetString() == "Succeeded", installed.ToString());
        await dashboard.DeviceAsync("North", d => Has(d) && Ready(d), Long);

        var row = (await dashboard.GetAsync("/api/models")).GetProperty("models").EnumerateArray().Single(m => m.GetProperty("id").GetString() == Model);
        Assert.Equal(0, row.GetProperty("skills").GetArrayLength());
        Assert.Contains("no chat template", row.GetProperty("devices")[0].GetProperty("cannotRun").GetString(), StringComparison.Ordinal);
        Assert.False(row.GetProperty("devices")[0].GetProperty("ready").GetBoolean());

        var chosen = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "chat", text = "what is a flower?" }), Long);
        Assert.NotEqual(Model, Assert.Single(chosen.GetProperty("tasks")[0].GetProperty("attempts").EnumerateArray()).GetProperty("model").GetString());
        var named = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "chat", text = "a flower is", model = Model, options = new { maxTokens = 2 } }), Long);
        Assert.True(named.GetProperty("state").GetString() == "Succeeded", named.ToString());
        Assert.NotEmpty(named.GetProperty("result").GetProperty("text").GetString()!);
        Assert.True(named.GetProperty("result").GetProperty("cut").GetBoolean());
    }

    [Fact]
    public async Task Install_TwoDevices_FetchesOnceAndRelays()
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await HubServer.StartAsync();
        hub.Offer(Repository, BuiltIn);
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: hub.Files.Authority);
        await using var south = await AgentProcess.JoinAsync(dashboard, "South", directory["south"]);
        var ids = new[] { await IdAsync(dashboard, "North"), await IdAsync(dashboard, "South") };

        await InstalledAsync(dashboard, new { deviceIds = ids, source = new { kind = "huggingface", repository = Repository, host = hub.Host } });

        var transfers = await dashboard.GetAsync("/api/models/transfers");
        Assert.All(transfers.EnumerateArray(), t => Assert.True(t.GetProperty("state").GetString() == "Succeeded", t.ToString()));
        Assert.Equal(2, transfers.GetArrayLength());
        Assert.Single(hub.Files.Seen, a => a.Path.EndsWith("tokenizer.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Install_WrongHash_IsNamedAndLeavesNothing()
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await HubServer.StartAsync();
        hub.Offer(Repository, BuiltIn);
        hub.Spoil(Repository, "tokenizer.json");
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: hub.Files.Authority);
        var one = await IdAsync(dashboard, "North");

        var failed = await InstalledAsync(dashboard, new { deviceIds = new[] { one }, source = new { kind = "huggingface", repository = Repository, host = hub.Host } });

        Assert.Equal("Failed", failed.GetProperty("state").GetString());
        var error = failed.GetProperty("error");
        Assert.Equal("wrong_hash", error.GetProperty("code").GetString());
        Assert.Contains("North", error.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Contains("tokenizer.json", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(error.GetProperty("remedy").GetString()!);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory["north"], "models", "manifests")));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(directory["north"], "models", "blobs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Upload_ZipOfAModel_IsUnpackedOnTheDevice()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);
        var zip = directory["my-model.zip"];
        await System.IO.Compression.ZipFile.CreateFromDirectoryAsync(BuiltIn, zip, TestContext.Current.CancellationToken);
        await using var content = File.OpenRead(zip);
        using var body = new StreamContent(content);
        var upload = await dashboard.UploadModelAsync("my-model.zip", body);

        var done = await InstalledAsync(dashboard, new { deviceIds = new[] { await IdAsync(dashboard, "North") }, source = new { kind = "upload", upload } });

        Assert.True(done.GetProperty("state").GetString() == "Succeeded", done.ToString());
        await dashboard.DeviceAsync("North", d => Models(d).Contains("my-model"), Long);
        await Until.TrueAsync("the upload to be gone", () => !Directory.EnumerateFileSystemEntries(Path.Combine(directory["data"], "uploads")).Any());
    }

    [Fact]
    public async Task Transfer_DashboardRestarted_GoesOn()
    {
        using var directory = new TemporaryDirectory();
        await using var hub = await HubServer.StartAsync();
        hub.Offer(Repository, BuiltIn);
        using var held = new SemaphoreSlim(0);
        hub.Files.Before = async context =>
        {
            await (context.Request.Path.Value!.EndsWith("onnx", StringComparison.Ordinal) ? held.WaitAsync(context.RequestAborted) : Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        };
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], more: "--no-embedded-device");
        await using var north = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], allowHosts: hub.Files.Authority);
        var (_, begun) = await dashboard.PostAsync("/api/models/install", new { deviceIds = new[] { await IdAsync(dashboard, "North") }, source = new { kind = "huggingface", repository = Repository, host = hub.Host } });
        var id = begun[0].GetProperty("id").GetString()!;
        await Until.TrueAsync("the transfer to run", async () => (await TransferAsync(dashboard, id)).GetProperty("bytes").GetInt64() > 0);
        await dashboard.Process.InterruptAsync();

        await using var again = await DashboardProcess.StartAsync(directory["data"], dashboard.Address.Port, "--no-embedded-device");
        Assert.NotEqual("Failed", (await TransferAsync(again, id)).GetProperty("state").GetString());
        held.Release(100);
        await Until.TrueAsync("the model to be there", async () => (await TransferAsync(again, id)).GetProperty("state").GetString() == "Succeeded", Long);
    }

    private static async Task<JsonElement> InstalledAsync(DashboardProcess dashboard, object order)
    {
        var (status, begun) = await dashboard.PostAsync("/api/models/install", order);
        Assert.True(status == HttpStatusCode.Accepted, $"{status}: {begun}");
        var id = begun.EnumerateArray().Last().GetProperty("id").GetString()!;
        JsonElement transfer = default;
        await Until.TrueAsync(
            "the transfer to end",
            async () =>
            {
                transfer = await TransferAsync(dashboard, id);
                return transfer.GetProperty("state").GetString() is not ("Waiting" or "Running");
            },
            Long);
        return transfer;
    }

    private static async Task<JsonElement> TransferAsync(DashboardProcess dashboard, string id) =>
        (await dashboard.GetAsync("/api/models/transfers")).EnumerateArray().Single(t => t.GetProperty("id").GetString() == id);

    private static async Task<string> IdAsync(DashboardProcess dashboard, string name) =>
        (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == name).GetProperty("id").GetString()!;

    private static IEnumerable<string?> Models(JsonElement device) => device.GetProperty("runtimes").EnumerateArray()
        .SelectMany(r => r.GetProperty("models").EnumerateArray()).Select(m => m.GetProperty("id").GetString());

    private static bool Has(JsonElement device) => Models(device).Contains(Model);

    private static bool Ready(JsonElement device) => device.GetProperty("runtimes").EnumerateArray()
        .Any(r => r.GetProperty("id").GetString() == "onnx-cpu" && r.GetProperty("state").GetString() == "Ready");
}
