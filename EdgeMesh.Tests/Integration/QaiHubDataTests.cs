using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>Data sets through the dashboard as it is, with the emulator over real HTTP: made, used by jobs of every kind that takes one, downloaded, removed.</summary>
public sealed class QaiHubDataTests : IAsyncLifetime
{
    private const string Board = "Snapdragon X Elite CRD";
    private static readonly byte[] s_digits = File.ReadAllBytes(Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "digits.onnx"));
    private MeshHost _host = null!;

    public async ValueTask InitializeAsync() =>
        _host = await MeshHost.StartAsync(null, ("EdgeMesh:QaiHub:Emulator", "true"), ("EdgeMesh:QaiHub:EmulatorSpeed", "1000"), ("EdgeMesh:QaiHub:GapMs", "1"));

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task RandomData_QuantizeCompileAndRun_EndWithAFileThatSaysItIsMadeUp()
    {
        var model = await ModelAsync();
        var made = await MakeAsync(new { source = "random", name = "try", model, entries = 3 });
        Assert.Equal("3 random entries (seed 0); they say nothing about accuracy", made.GetProperty("how").GetString());
        Assert.Equal(3, made.GetProperty("entries").GetInt32());
        var id = made.GetProperty("id").GetString()!;
        Assert.Contains((await _host.GetAsync("/api/qaihub/datasets")).GetProperty("items").EnumerateArray(), d => d.GetProperty("id").GetString() == id);

        Assert.Equal("Done", (await JobAsync(new { kind = "quantize", model, dataset = id, weights = "int8", activations = "int8" })).GetProperty("state").GetString());
        var compiled = await JobAsync(new { kind = "compile", model, device = Board, runtime = "onnx", dataset = id });
        Assert.Equal("Done", compiled.GetProperty("state").GetString());

        var run = await JobAsync(new { kind = "inference", model = compiled.GetProperty("targetModelId").GetString(), device = Board, dataset = id });
        var outputs = await Until.NotNullAsync("the outputs", async () => (await _host.GetAsync($"/api/qaihub/jobs/{run.GetProperty("id").GetString()}")).GetProperty("outputDataset").GetString());
        var file = await FileAsync(outputs);
        Assert.Equal(["probabilities Float32 1,10"], Hdf5.Names(file));
        Assert.Contains("EDGEMESH-EMULATED-PLACEHOLDER", System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OwnArrays_ComeBackAsHdf5_AndCanBeRemoved()
    {
        var upload = await UploadAsync("mine.npz", NpyTests.Archive(("x.npy", NpyTests.Array("<f4", "(4, 2)", 32)), ("y.npy", NpyTests.Array("<i8", "(4, 2)", 64))));
        var id = (await MakeAsync(new { source = "arrays", upload })).GetProperty("id").GetString()!;
        Assert.Equal(["x Float32 4,2", "y Int64 4,2"], Hdf5.Names(await FileAsync(id)));

        using var removed = await _host.Client.DeleteAsync(new Uri($"/api/qaihub/datasets/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, removed.StatusCode);
        Assert.Empty((await _host.GetAsync("/api/qaihub/datasets")).GetProperty("items").EnumerateArray());
        Assert.Equal(id, (await _host.GetAsync($"/api/qaihub/datasets/{id}")).GetProperty("id").GetString());
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(_host.Data, "qaihub", "datasets"), "*.h5*"));
    }

    [Fact]
    public async Task DataOfAnotherModel_IsRefusedByName()
    {
        var model = await ModelAsync();
        var archive = NpyTests.Archive(("colour.npy", NpyTests.Array("<f4", "(1, 9)", 36)));
        var (refused, problem) = await _host.PostAsync("/api/qaihub/datasets", JsonSerializer.Serialize(new { source = "arrays", model, upload = await UploadAsync("wrong.npz", archive) }));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("\"colour\", which is no input of the model", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UploadsAndIdsThatAreNone_AreNamed()
    {
        var (answer, problem) = await _host.PostAsync("/api/qaihub/datasets", """{"source":"arrays","upload":"nothing"}""");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("upload_unknown", problem.GetProperty("code").GetString());
        foreach (var id in (string[])["dnothing9", "a%2Fb", new string('d', 50)])
        {
            using var unknown = await _host.Client.GetAsync(new Uri($"/api/qaihub/datasets/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        }
    }

    private async Task<JsonElement> MakeAsync(object wish)
    {
        var (answer, body) = await _host.PostAsync("/api/qaihub/datasets", JsonSerializer.Serialize(wish));
        Assert.True(answer.StatusCode == HttpStatusCode.Created, body.GetRawText());
        return body;
    }

    private async Task<byte[]> FileAsync(string id)
    {
        using var answer = await _host.Client.GetAsync(new Uri($"/api/qaihub/datasets/{id}/file", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> UploadAsync(string name, byte[] bytes)
    {
        using var body = new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using var answer = await _host.Client.PostAsync(new Uri($"/api/qaihub/models/uploads?name={name}", UriKind.Relative), body, TestContext.Current.CancellationToken);
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("upload").GetString()!;
    }

    private async Task<string> ModelAsync()
    {
        var upload = await UploadAsync("digits.onnx", s_digits);
        await _host.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
        return await Until.NotNullAsync("the model", async () => (await _host.GetAsync("/api/qaihub/transfers")).EnumerateArray().Single(t => t.GetProperty("id").GetString() == upload).GetProperty("modelId").GetString());
    }

    private async Task<JsonElement> JobAsync(object wish)
    {
        var (answer, body) = await _host.PostAsync("/api/qaihub/jobs", JsonSerializer.Serialize(wish));
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, body.GetRawText());
        JsonElement now = default;
        await Until.TrueAsync("the job to end", async () => (now = await _host.GetAsync($"/api/qaihub/jobs/{body.GetProperty("id").GetString()}")).GetProperty("state").GetString() is "Done" or "Failed", TimeSpan.FromSeconds(60));
        return now;
    }
}
