using System.Text;
using System.Text.Json;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using ProviderNodes = EdgeMesh.Core.Contracts.ProviderNodes;

namespace EdgeMesh.Tests.Browser;

/// <summary>
/// A mesh in which everything that people or devices name is as long as it may be, in the widest letters and without a place to break:
/// what every page must hold at every width.
/// </summary>
public sealed class LongNamesMesh : IAsyncLifetime
{
    /// <summary>The widest letter of the page's face, the longest name that is allowed.</summary>
    public static readonly string Wide = new('W', 64);

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);
    private static readonly string s_spaced = "Office workstation of the second floor, left of the window, spare"[..64];
    private static readonly string s_han = new('漢', 64);
    private static readonly string s_model = "organisation-with-a-long-name--" + new string('m', 69);
    private static readonly string s_title = new('W', 300);
    private static readonly string s_paragraph = string.Concat(Enumerable.Repeat("The mill at the river mouth turns with the tide. ", 60));

    public MeshHost Mesh { get; private set; } = null!;

    /// <summary>Every page with an address of its own.</summary>
    public Dictionary<string, string> Paths { get; } = [];

    public async ValueTask InitializeAsync()
    {
        Mesh = await MeshHost.StartWithPagesAsync(
            ("EdgeMesh:MeshName", Wide), ("EdgeMesh:QaiHub:Emulator", "true"), ("EdgeMesh:QaiHub:EmulatorSpeed", "1000"), ("EdgeMesh:QaiHub:GapMs", "1"));
        var wide = await Mesh.JoinAsync(Wide, true, s_engine, s_onnx);
        var spaced = await Mesh.JoinAsync(s_spaced, true, s_engine, s_broken);
        var lost = await Mesh.JoinAsync(s_han, true, s_painter);
        wide.Store = Stored;
        spaced.Store = Stored;
        lost.OnRun = Paint;
        Paths["job-pictures"] = await EndedAsync(new { kind = "image", text = s_title });
        await Mesh.Services.GetRequiredService<ILinkSink>().ClosedAsync(Mesh.Links.Find(lost.Id)!, "The connection closed.");
        await Until.TrueAsync("it to be gone", () => Mesh.Fleet.Current.Find(lost.Id)!.State == DeviceState.Suspect);
        await JobsAsync(wide, spaced);
        await Mesh.Services.GetRequiredService<IApiKeys>().CreateAsync(Wide, Scopes.Run, null, TestContext.Current.CancellationToken);
        await Mesh.Services.GetRequiredService<IJoinTokens>().CreateAsync(Wide, TestContext.Current.CancellationToken);
        byte[] nonce = new byte[JoinCode.Length];
        CodeClaim promise = new(JoinCode.Commitment(nonce), default);
        foreach (var claim in (CodeClaim[])[promise, promise with { Nonce = nonce }])
        {
            Mesh.Services.GetRequiredService<JoinRequests>().Ask(
                new JoinRequest(Samples.DeviceIdOf("newcomer"), Wide, "", "0.1.0", default), [1], System.Net.IPAddress.IPv6Loopback, claim, () => new CodeConversation(promise.Commitment, [1], "", default), out _);
        }

        await HubAsync();
        Paths["device"] = $"/devices/{wide.Id}";
        Paths["device-gone"] = $"/devices/{lost.Id}";
    }

    public ValueTask DisposeAsync() => Mesh.DisposeAsync();

    private static ModelInfo Model(string id, params Skill[] skills) => new(id, [.. skills], 4L << 30, 131_072, 4);

    private static readonly RuntimeInfo s_engine = new(
        "openai:http://127.0.0.1:11434/v1", Wide, RuntimeState.Ready, null,
        [Model(s_model, Skill.Summarize, Skill.Chat, Skill.Code), Model("llama3.2:3b", Skill.Chat)], [TaskKind.LlmGenerate], null);

    private static readonly RuntimeInfo s_onnx = new(
        "onnx-cpu", "ONNX Runtime", RuntimeState.Ready, null, [Model("net-" + new string('n', 60))], [TaskKind.OnnxRun], AcceleratorKind.CPU);

    private static readonly RuntimeInfo s_broken = new(
        "openai:http://127.0.0.1:8000/" + new string('p', 80), "OpenAI-compatible server", RuntimeState.Down,
        $"It does not answer at http://127.0.0.1:8000/{new string('p', 80)}. Start it again.", [], [TaskKind.LlmGenerate], null);

    private static readonly RuntimeInfo s_painter = new(
        "comfyui:http://127.0.0.1:8188", "ComfyUI", RuntimeState.Ready, null, [new ModelInfo("painter-" + new string('p', 60), [Skill.Image], 4L << 30, null, 4)], [TaskKind.ImageGenerate], null);

    private static ListModelsReply Stored => new()
    {
        DiskFreeBytes = 9L << 30,
        Models = { new StoredModel { Id = "net-" + new string('n', 60), Kind = "onnx", Source = Wide, Runnable = true, Files = { new StoredFile { Path = "model.onnx", Bytes = 5L << 30 } } } },
    };

    private async Task JobsAsync(FakeDevice wide, FakeDevice spaced)
    {
        wide.OnRun = spaced.OnRun = run => Run(run);
        Paths["job-done"] = await EndedAsync(new { kind = "chat", text = s_title, policy = "FORCE_DEVICE", deviceId = wide.Id.Value });
        Paths["job-code"] = await EndedAsync(new { kind = "code", text = "A function", policy = "FORCE_DEVICE", deviceId = wide.Id.Value });
        Paths["job-parts"] = await EndedAsync(new { kind = "sysinfo" });
        Paths["job-measured"] = await EndedAsync(new { kind = "onnx", text = "", policy = "FORCE_DEVICE", deviceId = wide.Id.Value, model = "net-" + new string('n', 60) });
        wide.OnRun = spaced.OnRun = run => run.Started().Reasoning(s_title + "\n\n" + s_paragraph).Text(s_paragraph).Succeed();
        Paths["job-reasoning"] = await EndedAsync(new { kind = "chat", text = "Why do tides come twice a day?" });
        wide.OnRun = spaced.OnRun = run => run.Started().Text(s_title);
        var cancelled = await RunningAsync(new { kind = "chat", text = "Why do tides come twice a day?" });
        await Mesh.PostAsync($"/api/jobs/{cancelled}/cancel");
        Paths["job-cancelled"] = await EndAsync(cancelled);
        wide.OnRun = spaced.OnRun = run => run.Started().Fail("EngineError", $"The engine at http://127.0.0.1:8000/{new string('p', 120)} answered 500.");
        Paths["job-failed"] = await EndedAsync(new { kind = "summarize", text = s_paragraph });
        wide.OnRun = spaced.OnRun = run => run.Started().Text(s_title);
        Paths["job-running"] = $"/jobs/{await RunningAsync(new { kind = "chat", text = s_title })}";
    }

    private static void Run(FakeRun run)
    {
        if (run.Request.Kind == TaskKindValue.OnnxRun)
        {
            var measured = new Measurement { File = new string('f', 80) + ".onnx", Iterations = 20, P50Ms = 12_345, P90Ms = 23_456, MinMs = 9_999, MaxMs = 99_999, FirstLoadMs = 65_000 };
            measured.Shares.Add(new ProviderNodes { Provider = "CPUExecutionProvider", Nodes = 12 });
            measured.Inputs.Add(new Tensor { Name = new string('t', 80), Type = "float32", Shape = { 1, 3, 224, 224 }, Origin = "made" });
            run.Started().Succeed(measured);
            return;
        }

        run.Started()
            .Text($"{s_title}\n\n```csharp\nvar {s_title} = 1;\n```\n\n| {Wide} | b | c |\n|---|---|---|\n| 1 | {Wide} | 3 |\n\n- [{Wide}](https://example.org/{s_title})\n")
            .Artifact(new string('a', 80) + ".txt", "text/plain", "text"u8)
            .Succeed();
    }

    // A wide picture, a tall one, and one that is smaller than its name.
    private static void Paint(FakeRun run)
    {
        run.Started();
        foreach (var (name, width, height) in ((string, int, int)[])[(new string('w', 60) + ".png", 640, 96), ("tall.png", 96, 640), ("small.png", 16, 16)])
        {
            run.Artifact(name, "image/png", Pngs.Make(width, height, Pngs.Grey, 8, y => [.. Enumerable.Range(0, width).Select(x => (byte)(x + y))]));
        }

        run.Succeed();
    }

    private async Task HubAsync()
    {
        var digits = await File.ReadAllBytesAsync(Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", "digits.onnx"), TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/qaihub/models/uploads?name={Wide}.onnx") { Content = new ByteArrayContent(digits) };
        request.Content.Headers.ContentType = new("application/octet-stream");
        var (_, kept) = await Mesh.SendAsync(request);
        var upload = kept.GetProperty("upload").GetString();
        await Mesh.PostAsync("/api/qaihub/models", JsonSerializer.Serialize(new { upload }));
        var model = await Until.NotNullAsync("the model to be there", async () => (await Mesh.GetAsync("/api/qaihub/transfers")).EnumerateArray().Select(t => t.GetProperty("modelId").GetString()).FirstOrDefault(m => m is not null));
        var job = await SubmitAsync("/api/qaihub/jobs", new { kind = "compile", model, device = "Snapdragon X Elite CRD", runtime = "onnx", profile = true });
        var profile = await Until.NotNullAsync("the profile job", async () => (await Mesh.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("followedBy").GetString(), s_patience);
        await Until.TrueAsync("the figures", async () => (await Mesh.GetAsync($"/api/qaihub/jobs/{profile}")).GetProperty("profile").ValueKind == JsonValueKind.Object, s_patience);
        (Paths["hub-job"], Paths["hub-profile"]) = ($"/qaihub/jobs/{job}", $"/qaihub/jobs/{profile}");
        var data = await SubmitAsync("/api/qaihub/datasets", new { source = "random", name = s_title[..200], model, entries = 1_000 });
        var compiled = (await Mesh.GetAsync($"/api/qaihub/jobs/{job}")).GetProperty("targetModelId").GetString();
        var run = await SubmitAsync("/api/qaihub/jobs", new { kind = "inference", model = compiled, device = "Snapdragon X Elite CRD", dataset = data });
        var outputs = await Until.NotNullAsync("the outputs", async () => (await Mesh.GetAsync($"/api/qaihub/jobs/{run}")).GetProperty("outputDataset").GetString(), s_patience);
        (Paths["hub-inference"], Paths["hub-data"], Paths["hub-outputs"]) = ($"/qaihub/jobs/{run}", $"/qaihub/data/{data}", $"/qaihub/data/{outputs}");
    }

    private async Task<string> SubmitAsync(string path, object request)
    {
        var (answer, body) = await Mesh.PostAsync(path, JsonSerializer.Serialize(request));
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)));
        return body.GetProperty("id").GetString()!;
    }

    private async Task<string> RunningAsync(object request)
    {
        var id = await SubmitAsync("/api/jobs", request);
        await Until.TrueAsync($"job {id} to run", async () => (await Mesh.GetAsync($"/api/jobs/{id}")).GetProperty("state").GetString() == "Running");
        return id;
    }

    private async Task<string> EndedAsync(object request) => await EndAsync(await SubmitAsync("/api/jobs", request));

    private async Task<string> EndAsync(string id)
    {
        await Until.TrueAsync($"job {id} to end", async () => (await Mesh.GetAsync($"/api/jobs/{id}")).GetProperty("state").GetString() is not ("Queued" or "Running"));
        return $"/jobs/{id}";
    }
}
