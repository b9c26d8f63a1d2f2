using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Artifacts;
using EdgeMesh.Dashboard.Models.Profiled;
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
        var profile = await EndedAsync(host, await Until.NotNullAsync("the profile job", async () => (await host.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("followedBy").GetString()));
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

        var (answer, body) = await host.SendAsync(Upload(null, "../x.onnx", s_digits));
        Assert.Equal((HttpStatusCode.BadRequest, "name_invalid"), (answer.StatusCode, body.GetProperty("code").GetString()));
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
    public async Task Devices_OfTheMesh_AreMarkedByTheirChip()
    {
        await using var host = await MeshHost.StartAsync(null, s_emulator);
        var device = await host.JoinAsync("Studio");
        Assert.NotNull(device);
        var all = await host.GetAsync("/api/qaihub/devices");
        Assert.True(all.GetArrayLength() > 60);
        Assert.All(all.EnumerateArray(), d => Assert.Equal(0, d.GetProperty("inMesh").GetArrayLength()));
    }

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
        var transfer = await Until.NotNullAsync<object>("the upload to end", async () =>
        {
            var now = (await host.GetAsync("/api/qaihub/transfers")).EnumerateArray().Single(t => t.GetProperty("id").GetString() == upload);
            return now.GetProperty("state").GetString() == "Running" ? null : now;
        });
        var ended = (JsonElement)transfer;
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
