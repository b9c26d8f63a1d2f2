using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Integration;

/// <summary>QAI Hub through the dashboard as it is, with its emulator over real HTTP: uploads, jobs, results, settings.</summary>
public sealed class QaiHubTests
{
    private const string Board = "Snapdragon X Elite CRD";
    private static readonly (string Key, string Value)[] s_emulator = [("EdgeMesh:QaiHub:Emulator", "true"), ("EdgeMesh:QaiHub:EmulatorSpeed", "1000"), ("EdgeMesh:QaiHub:GapMs", "1")];
    private static readonly byte[] s_digits = File.ReadAllBytes(Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "digits.onnx"));

    [Fact]
    public async Task CompileAndProfile_EndsWithAnArtifactThatIsWhatItsHashSays()
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        var model = await UploadAsync(host, ("digits.onnx", s_digits));
        var job = await SubmitAsync(host, new { kind = "compile", model, device = Board, runtime = "onnx", profile = true });
        var done = await EndedAsync(host, job);
        Assert.Equal("Done", done.GetProperty("state").GetString());

        using var file = await host.Client.GetAsync(new Uri($"/api/qaihub/jobs/{job}/artifact", UriKind.Relative), TestContext.Current.CancellationToken);
        var bytes = await file.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        var artifact = (await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("artifact");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), artifact.GetProperty("sha256").GetString());
        using var zip = new ZipArchive(new MemoryStream(bytes));
        Assert.Contains(zip.Entries, e => e.Name.EndsWith(".onnx", StringComparison.Ordinal));

        // The profile job follows by itself; its figures are known to be made up.
        var profile = await EndedAsync(host, await Until.NotNullAsync("the profile job", async () => (await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("followedBy").GetString(), TimeSpan.FromMinutes(2)));
        Assert.Equal(job, profile.GetProperty("follows").GetString());
        await Until.TrueAsync("the figures", async () => (await host.GetAsync($"/api/qaihub/jobs/{profile.GetProperty("id").GetString()}")).GetProperty("profile").ValueKind == JsonValueKind.Object);
        await Until.TrueAsync("the latency to be recorded", () => host.Services.GetRequiredService<IProfiledLatencies>().All is [{ Emulated: true, Kind: ArtifactKind.Onnx }]);
    }

    [Fact]
    public async Task Restart_InTheMiddle_TheProfileJobStillFollows()
    {
        using var directory = new TemporaryDirectory();
        string job;
        // Slow enough that the compile job is not done before the stop.
        await using (var host = await MeshHost.StartAsync(directory.Path, [("EdgeMesh:QaiHub:Emulator", "true"), ("EdgeMesh:QaiHub:EmulatorSpeed", "4"), ("EdgeMesh:QaiHub:GapMs", "1")]))
        {
            job = await SubmitAsync(host, new { kind = "compile", model = await UploadAsync(host, ("digits.onnx", s_digits)), device = Board, runtime = "onnx", profile = true });
            Assert.NotEqual("Done", (await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("state").GetString());
        }

        await using var again = await MeshHost.StartAsync(directory.Path, s_emulator);
        var profile = await Until.NotNullAsync("the profile job", async () => (await again.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("followedBy").GetString(), TimeSpan.FromSeconds(60));
        Assert.Equal("Done", (await EndedAsync(again, profile)).GetProperty("state").GetString());
    }

    [Theory]
    [InlineData("../evil.onnx")]
    [InlineData("model/../../evil.onnx")]
    [InlineData("/evil.onnx")]
    [InlineData("a\\..\\evil.onnx")]
    public async Task Upload_ZipThatLeavesItsFolder_IsRefusedByName(string entry)
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        var upload = await ReceiveAsync(host, null, "model.zip", Zip((entry, s_digits)));
        await AssertRefusedAsync(host, upload, "would land outside its folder");
    }

    [Fact]
    public async Task Upload_WhatIsNoModel_IsRefusedWithTheCause()
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        await AssertRefusedAsync(host, await ReceiveAsync(host, null, "notes.txt", "hello"u8.ToArray()), "notes.txt");
        await AssertRefusedAsync(host, await ReceiveAsync(host, null, "model.onnx", "this is no protobuf"u8.ToArray()), "not an ONNX model");
        await AssertRefusedAsync(host, await ReceiveAsync(host, null, "model.zip", Zip(("a.onnx", s_digits), ("b.onnx", s_digits))), "several .onnx files");
        await AssertRefusedAsync(host, await ReceiveAsync(host, null, "model.zip", "PK but no zip"u8.ToArray()), "");

        foreach (var name in (string[])["../x.onnx", "nul.onnx", "a:b.onnx", "model.onnx."])
        {
            var (answer, body) = await host.SendAsync(Upload(null, name, s_digits));
            Assert.Equal((HttpStatusCode.BadRequest, "name_invalid"), (answer.StatusCode, body.GetProperty("code").GetString()));
        }
    }

    [Fact]
    public async Task Upload_OnnxWithWeightsBesideIt_GoesAsOneFolder()
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        var model = await UploadAsync(host, ("digits.onnx", s_digits), ("digits.onnx.data", new byte[4_096]));
        Assert.Equal("Onnx", (await host.GetAsync($"/api/qaihub/models/{model}")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Compile_WhatTheServiceWouldRefuse_IsNotSent()
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        var model = await UploadAsync(host, ("digits.onnx", s_digits));
        await RefusedAsync(new { kind = "compile", model, device = "No such phone", runtime = "onnx" }, HttpStatusCode.BadRequest, "device_unknown");
        await RefusedAsync(new { kind = "compile", model, device = Board, runtime = "coreml" }, HttpStatusCode.BadRequest, "runtime_unknown");
        await RefusedAsync(new { kind = "compile", model, device = Board, runtime = "onnx", options = "--quantize_full_type int8" }, HttpStatusCode.BadRequest, "check_failed");
        Assert.Empty((await host.GetAsync("/api/qaihub/jobs")).GetProperty("items").EnumerateArray());

        async Task RefusedAsync(object wish, HttpStatusCode status, string code)
        {
            var (answer, body) = await host.PostAsync("/api/qaihub/jobs", JsonSerializer.Serialize(wish));
            Assert.Equal((status, code), (answer.StatusCode, body.GetProperty("code").GetString()));
            Assert.NotEmpty(body.GetProperty("remedy").GetString()!);
        }
    }

    [Fact]
    public async Task Artifact_LargerThanAllowed_IsRefusedAndNotKept()
    {
        await using var host = await MeshHost.StartAsync(null, [.. s_emulator, ("EdgeMesh:QaiHub:MaxArtifactBytes", "128")]);
        var job = await SubmitAsync(host, new { kind = "compile", model = await UploadAsync(host, ("digits.onnx", s_digits)), device = Board, runtime = "onnx" });
        await EndedAsync(host, job);
        var (answer, body) = await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/qaihub/jobs/{job}/artifact"));
        Assert.Equal((HttpStatusCode.BadGateway, "qaihub_wrong_size"), (answer.StatusCode, body.GetProperty("code").GetString()));
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("artifact").ValueKind);
    }

    [Fact]
    public async Task Token_IsStoredOnlyProtected_AndNotWithTheEmulator()
    {
        const string Token = "a-very-secret-token-of-ada";
        using var directory = new TemporaryDirectory();
        // Nothing listens there: the token is kept all the same, and the doctor says what is wrong.
        var url = $"http://127.0.0.1:{1}";
        await using (var host = await MeshHost.StartAsync(directory.Path))
        {
            var (answer, body) = await host.SendAsync(Put($$"""{"host":"{{url}}","token":"{{Token}}"}"""));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.EndsWith("-ada", body.GetProperty("token").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain(Token, body.GetRawText(), StringComparison.Ordinal);
            foreach (var (json, code) in new[] { ("""{"host":"http://elsewhere.example"}""", "host_invalid"), ("""{"host":"not an address"}""", "host_invalid"), ("""{"token":"two words"}""", "token_invalid") })
            {
                (answer, body) = await host.SendAsync(Put(json));
                Assert.Equal((HttpStatusCode.BadRequest, code), (answer.StatusCode, body.GetProperty("code").GetString()));
            }
        }

        var kept = Directory.GetFiles(Path.Combine(directory.Path, "qaihub"), "*", SearchOption.AllDirectories);
        Assert.NotEmpty(kept);
        Assert.All(kept, file => Assert.DoesNotContain(Token, Encoding.UTF8.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal));

        await using var again = await MeshHost.StartAsync(directory.Path, s_emulator);
        var (refused, problem) = await again.SendAsync(Put("""{"token":"x"}"""));
        Assert.Equal((HttpStatusCode.Conflict, "qaihub_emulated"), (refused.StatusCode, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Connection_TokenEntered_SurvivesARestart_AndItsLossIsNamed()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = directory["service"] }, TestContext.Current.CancellationToken);
        await using (var host = await MeshHost.StartAsync(directory["data"]))
        {
            await ConnectAsync(host, service);
        }

        await using var again = await MeshHost.StartAsync(directory["data"]);
        Assert.True((await again.GetAsync("/api/qaihub/status")).GetProperty("connected").GetBoolean());

        // A token that the service takes back, as an expired one.
        service.Faults.Arm(new Fault { Kind = FaultKind.Status, Status = 401, Path = "/devices/", Count = 10 });
        var (answer, body) = await again.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/qaihub/devices"));
        Assert.Equal((HttpStatusCode.Conflict, "qaihub_token_refused"), (answer.StatusCode, body.GetProperty("code").GetString()));
        Assert.NotEmpty(body.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task Upload_StorageRefusesAPart_FailsAndIsResumed_ByItselfAfterARestart()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = directory["service"], PartBytes = 2_000 }, TestContext.Current.CancellationToken);
        string upload;
        await using (var host = await MeshHost.StartAsync(directory["data"]))
        {
            await ConnectAsync(host, service);
            service.Faults.Arm(new Fault { Kind = FaultKind.Status, Status = 400, Path = "/objects/", Method = "PUT", Count = 100 });
            upload = await ReceiveAsync(host, null, "digits.onnx", s_digits);
            await host.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
            var failed = await TransferAsync(host, upload);
            Assert.Equal(("Failed", true), (failed.GetProperty("state").GetString(), failed.GetProperty("canResume").GetBoolean()));
            Assert.NotEmpty(failed.GetProperty("error").GetProperty("remedy").GetString()!);
            var (resumed, _) = await host.PostAsync($"/api/qaihub/transfers/{upload}/resume");
            Assert.Equal(HttpStatusCode.NoContent, resumed.StatusCode);
            Assert.Equal("Failed", (await TransferAsync(host, upload)).GetProperty("state").GetString());
        }

        service.Faults.Clear();
        await using var again = await MeshHost.StartAsync(directory["data"]);
        var done = await TransferAsync(again, upload);
        Assert.True(done.GetProperty("state").GetString() == "Succeeded", done.GetRawText());
        Assert.Equal("Onnx", (await again.GetAsync($"/api/qaihub/models/{done.GetProperty("modelId").GetString()}")).GetProperty("type").GetString());
        var (answer, problem) = await again.PostAsync($"/api/qaihub/transfers/{upload}/resume");
        Assert.Equal((HttpStatusCode.Conflict, "resume_impossible"), (answer.StatusCode, problem.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Figures_OfAnEmulatorElsewhere_NeverCountAsMeasured()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = directory["service"], Speed = 1_000 }, TestContext.Current.CancellationToken);
        await using var host = await MeshHost.StartAsync(directory["data"], ("EdgeMesh:QaiHub:GapMs", "1"));
        await ConnectAsync(host, service);
        var job = await SubmitAsync(host, new { kind = "compile", model = await UploadAsync(host, ("digits.onnx", s_digits)), device = Board, runtime = "precompiled_qnn_onnx", profile = true });
        await Until.TrueAsync("the latency", () => host.Services.GetRequiredService<IProfiledLatencies>().All is [{ Emulated: true, Kind: ArtifactKind.PrecompiledQnnOnnx, ModelName: "digits.onnx" }], TimeSpan.FromSeconds(60));

        // Its placeholder can be had, and fits no device without the chip.
        var (answer, _) = await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/qaihub/jobs/{job}/artifact"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var studio = await host.JoinAsync("Studio");
        var place = Assert.Single((await host.GetAsync($"/api/qaihub/jobs/{job}/devices")).EnumerateArray());
        Assert.False(place.GetProperty("fits").GetBoolean());
        Assert.Contains("x-elite", place.GetProperty("reason").GetString(), StringComparison.OrdinalIgnoreCase);
        (answer, var refused) = await host.PostAsync($"/api/qaihub/jobs/{job}/deploy", JsonSerializer.Serialize(new { deviceIds = new[] { studio.Id.Value } }));
        Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Conflict, $"{answer.StatusCode}");
        Assert.NotEmpty(refused.GetProperty("remedy").GetString()!);
    }

    [Fact]
    public async Task Job_FailsAtTheService_HasItsWordsAndTheRemedy_AndNoArtifact()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = directory["service"], Speed = 1_000 }, TestContext.Current.CancellationToken);
        await using var host = await MeshHost.StartAsync(directory["data"], ("EdgeMesh:QaiHub:GapMs", "1"));
        await ConnectAsync(host, service);
        service.Faults.Arm(new Fault { Kind = FaultKind.JobFails, Path = "compile", Text = "unrecognized arguments: --quantize_io" });
        var job = await SubmitAsync(host, new { kind = "compile", model = await UploadAsync(host, ("digits.onnx", s_digits)), device = Board, runtime = "onnx", profile = true });
        await EndedAsync(host, job);
        var failed = await Until.NotNullAsync<object>("the reason", async () => (await host.GetAsync($"/api/qaihub/jobs/{job}")) is var now && now.GetProperty("error").ValueKind == JsonValueKind.Object ? now : null);
        var error = ((JsonElement)failed).GetProperty("error");
        Assert.Contains("--quantize_io", error.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains("Leave out the option", error.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        var (answer, body) = await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/api/qaihub/jobs/{job}/artifact"));
        Assert.Equal((HttpStatusCode.Conflict, "artifact_missing"), (answer.StatusCode, body.GetProperty("code").GetString()));
        Assert.Equal(JsonValueKind.Null, (await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("followedBy").ValueKind);
    }

    [Fact]
    public async Task Devices_OfTheMesh_AreMarkedByTheirChip()
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        var device = await host.JoinAsync("Studio");
        Assert.NotNull(device);
        var all = await host.GetAsync("/api/qaihub/devices");
        Assert.True(all.GetArrayLength() > 60);
        Assert.All(all.EnumerateArray(), d => Assert.Equal(0, d.GetProperty("inMesh").GetArrayLength()));
    }

    [Fact]
    public async Task Settings_AnotherHostAlone_GetsNoToken()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = directory["service"] }, TestContext.Current.CancellationToken);
        await using var host = await MeshHost.StartAsync(directory["data"], ("EdgeMesh:QaiHub:GapMs", "1"));
        await ConnectAsync(host, service);
        var (answer, body) = await host.SendAsync(Put("""{"host":"http://127.0.0.1:1"}"""));
        Assert.Equal((HttpStatusCode.BadRequest, "token_needed", "token"), (answer.StatusCode, body.GetProperty("code").GetString(), body.GetProperty("field").GetString()));
        Assert.Equal(service.BaseAddress.AbsoluteUri.TrimEnd('/'), (await host.GetAsync("/api/qaihub/settings")).GetProperty("host").GetString());
    }

    private static async Task ConnectAsync(MeshHost host, EmulatorHost service)
    {
        var (answer, _) = await host.SendAsync(Put(JsonSerializer.Serialize(new { host = service.BaseAddress.AbsoluteUri.TrimEnd('/'), token = service.Token })));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("emulator", (await host.GetAsync("/api/qaihub/status")).GetProperty("source").GetString());
    }

    /// <summary>A transfer once it has ended.</summary>
    private static async Task<JsonElement> TransferAsync(MeshHost host, string id) => (JsonElement)await Until.NotNullAsync<object>(
        "the transfer to end",
        async () => (await host.GetAsync("/api/qaihub/transfers")).EnumerateArray().Single(t => t.GetProperty("id").GetString() == id) is var now && now.GetProperty("state").GetString() != "Running" ? now : null);

    private static HttpRequestMessage Put(string json) => new(HttpMethod.Put, "/api/qaihub/settings") { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    private static HttpRequestMessage Upload(string? upload, string name, byte[] bytes)
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return new HttpRequestMessage(HttpMethod.Post, $"/api/qaihub/models/uploads?name={Uri.EscapeDataString(name)}{(upload is null ? "" : $"&upload={upload}")}") { Content = content };
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static async Task<string> ReceiveAsync(MeshHost host, string? upload, string name, byte[] bytes)
    {
        var (answer, body) = await host.SendAsync(Upload(upload, name, bytes));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return body.GetProperty("upload").GetString()!;
    }

    private static async Task AssertRefusedAsync(MeshHost host, string upload, string words)
    {
        var (answer, body) = await host.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
        Assert.Equal((HttpStatusCode.BadRequest, "model_invalid"), (answer.StatusCode, body.GetProperty("code").GetString()));
        Assert.Contains(words, body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    /// <summary>To the dashboard, from there to the emulator; returns the model's id.</summary>
    private static async Task<string> UploadAsync(MeshHost host, params (string Name, byte[] Bytes)[] files)
    {
        string? upload = null;
        foreach (var (name, bytes) in files)
        {
            upload = await ReceiveAsync(host, upload, name, bytes);
        }

        var (answer, _) = await host.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var ended = await TransferAsync(host, upload!);
        Assert.True(ended.GetProperty("state").GetString() == "Succeeded", ended.GetRawText());
        return ended.GetProperty("modelId").GetString()!;
    }

    private static async Task<string> SubmitAsync(MeshHost host, object wish)
    {
        var (answer, body) = await host.PostAsync("/api/qaihub/jobs", JsonSerializer.Serialize(wish));
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, body.GetRawText());
        return body.GetProperty("id").GetString()!;
    }

    private static async Task<JsonElement> EndedAsync(MeshHost host, string job)
    {
        JsonElement now = default;
        await Until.TrueAsync(
            $"job {job} to end",
            async () => (now = await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("state").GetString() is "Done" or "Failed",
            TimeSpan.FromSeconds(60));
        return now;
    }
}
