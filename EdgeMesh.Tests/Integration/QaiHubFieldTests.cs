using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using EdgeMesh.QaiHub.Client;
using EdgeMesh.QaiHub.Config;
using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.QaiHub.Onnx;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>QAI Hub through the whole dashboard, with what people's models and accounts really bring.</summary>
public sealed class QaiHubFieldTests : IAsyncLifetime
{
    private const string Board = "Snapdragon X Elite CRD";
    private readonly TemporaryDirectory _directory = new();
    private EmulatorHost _service = null!;
    private MeshHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _service = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = _directory["service"], Speed = 1_000 }, TestContext.Current.CancellationToken);
        _host = await MeshHost.StartAsync(_directory["data"], ("EdgeMesh:QaiHub:GapMs", "1"));
        var json = JsonSerializer.Serialize(new { host = _service.BaseAddress.AbsoluteUri.TrimEnd('/'), token = _service.Token });
        var (answer, _) = await _host.SendAsync(new HttpRequestMessage(HttpMethod.Put, "/api/qaihub/settings") { Content = new StringContent(json, Encoding.UTF8, "application/json") });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _service.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("""[]""", true, "")]
    [InlineData("""[{"name":"x","shape":[1,8],"type":"float32"},{"name":"gain","shape":[],"type":"float32"}]""", true, "")]
    [InlineData("""[{"name":"x","shape":[1,8],"type":"float32"},{"name":"gain","shape":[1],"type":"float32"}]""", false, "gain")]
    [InlineData("""[{"name":"x","shape":[1,8],"type":"float32"}]""", false, "gain")]
    [InlineData("""[{"name":"z","shape":[1,8],"type":"float32"},{"name":"gain","shape":[],"type":"float32"}]""", false, "z")]
    [InlineData("""[{"name":"x","shape":[1,9],"type":"float32"},{"name":"gain","shape":[],"type":"float32"}]""", false, "x")]
    [InlineData("""[{"name":"x","shape":[1,8,1],"type":"float32"},{"name":"gain","shape":[],"type":"float32"}]""", false, "x")]
    public async Task Compile_ModelWithAScalar_IsSaidBeforeItIsSent(string inputs, bool compiles, string named)
    {
        var model = await UploadAsync("scalar-input.onnx");
        var (answer, body) = await SubmitAsync($$"""{"kind":"compile","model":"{{model}}","device":"{{Board}}","runtime":"onnx","inputs":{{inputs}}}""");
        if (!compiles)
        {
            Assert.Equal((HttpStatusCode.BadRequest, "check_failed", "inputs"), (answer.StatusCode, body.GetProperty("code").GetString(), body.GetProperty("field").GetString()));
            Assert.Contains($"'{named}'", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
            return;
        }

        var done = await EndedAsync(body.GetProperty("id").GetString()!);
        Assert.True(done.GetProperty("state").GetString() == "Done", done.GetRawText());
        Assert.Equal(["x:1,8", "gain:"], done.GetProperty("inputs").EnumerateArray().Select(i => $"{i.GetProperty("name").GetString()}:{string.Join(',', i.GetProperty("shape").EnumerateArray())}"));
    }

    [Fact]
    public async Task Compile_OpenSizes_AreNamedAllAtOnce_AndTravelWithTheResult()
    {
        var model = await UploadAsync("open-sizes.onnx");
        var (answer, body) = await SubmitAsync($$"""{"kind":"compile","model":"{{model}}","device":"{{Board}}","runtime":"onnx"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "inputs"), (answer.StatusCode, body.GetProperty("field").GetString()));
        var open = EdgeMesh.QaiHub.Onnx.OnnxReader.Read(ExternalDataTests.Field("open-sizes.onnx")).Inputs;
        Assert.All(open.SelectMany(i => i.Shape.Where(d => d.Size is null).Select(d => d.ToString()).Append(i.Name)), word => Assert.Contains(word, body.GetProperty("detail").GetString(), StringComparison.Ordinal));

        var sizes = open.Select(i => new { name = i.Name, shape = i.Shape.Select(d => d.Size ?? 64).ToArray(), type = "float32" }).ToArray();
        (_, body) = await SubmitAsync(JsonSerializer.Serialize(new { kind = "compile", model, device = Board, runtime = "onnx", inputs = sizes }));
        var job = body.GetProperty("id").GetString()!;
        await EndedAsync(job);
        using var artifact = await _host.Client.GetAsync(new Uri($"/api/qaihub/jobs/{job}/artifact", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, artifact.StatusCode);
        var done = await _host.GetAsync($"/api/qaihub/jobs/{job}");
        Assert.Equal(sizes[0].shape, done.GetProperty("inputs")[0].GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()));
        Assert.Equal("emulator", done.GetProperty("source").GetString());
    }

    [Theory]
    [InlineData("empty.onnx", "is empty")]
    [InlineData("constant-external.onnx", "model.data")]
    public async Task Upload_ThatCannotBe_IsRefusedWithoutAPath(string file, string words)
    {
        var upload = await ReceiveAsync(file);
        var (answer, body) = await _host.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(words, body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(_directory.Path, body.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"compile","model":"mnnoneabm","device":"Snapdragon X Elite CRD","runtime":"onnx"}""")]
    [InlineData("""{"kind":"profile","model":"mnnoneabm","device":"Snapdragon X Elite CRD"}""")]
    [InlineData("""{"kind":"profile","model":"mnnoneabm","device":"Snapdragon X Elite CRD","name":"with a name"}""")]
    [InlineData("""{"kind":"link","models":["mnnoneabm"],"name":"with a name"}""")]
    [InlineData("""{"kind":"quantize","model":"mnnoneabm","dataset":"dd9pg5on9","weights":"int8","activations":"int8","name":"with a name"}""")]
    public async Task Submit_ModelThatIsNot_IsA4xxThatNamesIt(string json)
    {
        var (answer, body) = await SubmitAsync(json);
        Assert.Equal((HttpStatusCode.NotFound, "model_unknown"), (answer.StatusCode, body.GetProperty("code").GetString()));
        Assert.Contains("mnnoneabm", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_TooManyJobs_IsAcceptedAtOnceAndShowsItsWaiting()
    {
        var model = await UploadAsync("scalar-input.onnx");
        _service.Faults.Arm(new Fault { Kind = FaultKind.Status, Status = 429, Path = "/jobs/", Method = "POST", Count = 100, Text = "You have too many jobs." });
        var (answer, body) = await SubmitAsync($$"""{"kind":"compile","model":"{{model}}","device":"{{Board}}","runtime":"onnx"}""");
        Assert.Equal((HttpStatusCode.Accepted, "WaitingForPlace"), (answer.StatusCode, body.GetProperty("state").GetString()));
        Assert.NotEmpty(body.GetProperty("waiting").GetProperty("detail").GetString()!);
        var id = body.GetProperty("id").GetString();
        Assert.Equal(id, Assert.Single((await _host.GetAsync("/api/qaihub/jobs?state=waiting")).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal("WaitingForPlace", (await _host.GetAsync($"/api/qaihub/jobs/{id}")).GetProperty("state").GetString());
    }

    [Fact]
    public async Task Jobs_MadeByAnotherClient_AreInTheListAtTheNextQuestion()
    {
        var model = await UploadAsync("scalar-input.onnx");
        await Until.TrueAsync("the tracker to rest", async () => (await _host.GetAsync("/api/qaihub/jobs")).GetProperty("items").GetArrayLength() == 0);
        using var factory = new QaiHubClientFactory(TimeProvider.System);
        var client = factory.Create(new QaiHubConfig(_service.BaseAddress, _service.BaseAddress, _service.Token, "the test"));
        var device = await client.Catalog.SelectDeviceAsync(new EdgeMesh.QaiHub.Catalog.DeviceQuery(Board), TestContext.Current.CancellationToken);
        var id = await client.Jobs.CreateAsync(new CompileRequest(model, device, [], "elsewhere", "--target_runtime onnx"), cancellationToken: TestContext.Current.CancellationToken);
        await Until.TrueAsync("the job to be listed", async () => (await _host.GetAsync("/api/qaihub/jobs")).GetProperty("items").EnumerateArray().Any(j => j.GetProperty("id").GetString() == id));
    }

    [Fact]
    public async Task Logs_OfAnEndedJob_CanBeHad()
    {
        var (_, body) = await SubmitAsync($$"""{"kind":"compile","model":"{{await UploadAsync("scalar-input.onnx")}}","device":"{{Board}}","runtime":"onnx"}""");
        var job = body.GetProperty("id").GetString()!;
        await EndedAsync(job);
        using var log = await _host.Client.GetAsync(new Uri($"/api/qaihub/jobs/{job}/logs/hub", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, log.StatusCode);
        Assert.Contains(job, await log.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var (answer, problem) = await _host.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/qaihub/jobs/{job}/logs/trace"));
        Assert.Equal((HttpStatusCode.NotFound, "log_missing"), (answer.StatusCode, problem.GetProperty("code").GetString()));
        await Until.TrueAsync("the file to be gone", () => !Directory.EnumerateFiles(Path.Combine(_host.Data, "qaihub", "logs")).Any());
    }

    [Fact]
    public async Task Restart_NamesOfModels_AreStillKnown()
    {
        var model = await UploadAsync("scalar-input.onnx");
        await _host.DisposeAsync();
        _host = await MeshHost.StartAsync(_directory["data"], ("EdgeMesh:QaiHub:GapMs", "1"));
        var (_, body) = await SubmitAsync($$"""{"kind":"compile","model":"{{model}}","device":"{{Board}}","runtime":"onnx"}""");
        Assert.Equal("scalar-input.onnx", body.GetProperty("name").GetString());
    }

    private async Task<string> ReceiveAsync(string file)
    {
        var content = new ByteArrayContent(await File.ReadAllBytesAsync(ExternalDataTests.Field(file), TestContext.Current.CancellationToken));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        var (_, body) = await _host.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/api/qaihub/models/uploads?name={file}") { Content = content });
        return body.GetProperty("upload").GetString()!;
    }

    private async Task<string> UploadAsync(string file)
    {
        var upload = await ReceiveAsync(file);
        await _host.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
        JsonElement now = default;
        await Until.TrueAsync("the upload", async () => (now = (await _host.GetAsync("/api/qaihub/transfers")).EnumerateArray().Single(t => t.GetProperty("id").GetString() == upload)).GetProperty("state").GetString() != "Running");
        Assert.True(now.GetProperty("state").GetString() == "Succeeded", now.GetRawText());
        return now.GetProperty("modelId").GetString()!;
    }

    private Task<(HttpResponseMessage Answer, JsonElement Body)> SubmitAsync(string json) => _host.PostAsync("/api/qaihub/jobs", json);

    private async Task<JsonElement> EndedAsync(string job)
    {
        JsonElement now = default;
        await Until.TrueAsync($"job {job} to end", async () => (now = await _host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("state").GetString() is "Done" or "Failed", TimeSpan.FromSeconds(60));
        return now;
    }
}
