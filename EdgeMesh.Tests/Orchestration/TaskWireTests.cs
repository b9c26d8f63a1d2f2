using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;
using ImageSizes = EdgeMesh.Core.Models.ImageSizes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>What a device is told of a job's options, through the dashboard as it is.</summary>
public sealed class TaskWireTests
{
    private static readonly RuntimeInfo Painter = new(
        "onnx-cpu", "ONNX Runtime, CPU", RuntimeState.Ready, null,
        [new ModelInfo("painter", [Skill.Image], 900_000_000, null, 2, null, new ImageSizes(512, 512, 64, 1_024)), new ModelInfo("coder", [Skill.Code], 900_000_000, 8_192, 2)],
        [TaskKind.ImageGenerate, TaskKind.LlmGenerate], null);

    [Fact]
    public async Task Image_WithOptions_SendsThemAndCountsTheSeedUp()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One", true, Painter), await mesh.JoinAsync("Two", true, Painter));
        var options = new ImageOptions(4, 576, 640, 12, 41, "blurry");

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Image, "a harbour") with { Options = options }));

        Assert.Equal(JobState.Succeeded, job.State);
        var sent = one.Runs.Concat(two.Runs).OrderBy(r => r.Request.TaskId, StringComparer.Ordinal).Select(r => r.Request).ToList();
        Assert.Equal([41, 42, 43, 44], sent.Select(r => r.Image.Seed));
        Assert.All(sent, r => Assert.Equal((576, 640, 12, "blurry", "a harbour"), (r.Image.Width, r.Image.Height, r.Image.Steps, r.Image.NegativePrompt, r.Text)));
        Assert.True(one.Runs.Count == 2 && two.Runs.Count == 2, "The images were expected to spread.");
    }

    [Fact]
    public async Task Image_WithoutOptions_LeavesThemToTheModel()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Painter);
        await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Image, "a harbour")));
        var image = one.Runs.Single().Request.Image;
        Assert.Equal((0, 0, 0, "", false), (image.Width, image.Height, image.Steps, image.NegativePrompt, image.HasSeed));
    }

    [Fact]
    public async Task Image_SizeNobodyMakes_Is422WithEachDevicesReason()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One", true, Painter);
        var (answer, body) = await mesh.PostAsync("/api/jobs", """{"kind":"image","text":"a harbour","options":{"width":28,"height":28}}""");
        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal("painter makes multiples of 64 up to 1,024, not 28 × 28.", body.GetProperty("devices")[0].GetProperty("reason").GetString());
        Assert.Contains("Leave width and height out", body.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_AnswerWithoutAFence_ResultHasOneWithTheLanguage()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Painter);
        one.OnRun = run => run.Started().Text("var x = 1;").Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Code, "one as a variable") with { Options = new CodeOptions("C#") }));

        Assert.Equal("```csharp\nvar x = 1;\n```", job.Result!.Text);
        Assert.Contains("The language is C#.", one.Runs.Single().Request.Generate.Messages[0].Content, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Onnx_WithInputs_SendsThemAndReadsTheMeasurement()
    {
        var net = new RuntimeInfo("onnx-cpu", "ONNX Runtime, CPU", RuntimeState.Ready, null, [new ModelInfo("net", [], 1_000)], [TaskKind.OnnxRun], null);
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, net);
        one.OnRun = run => run.Started().Say(new TaskUpdate { Receipt = new TaskReceipt { Measurement = Measured(), RunMs = 40, OutputUnits = 22 } }).Leave();
        var options = new OnnxOptions(5, 0, 7, "a.onnx", [new EdgeMesh.Core.Jobs.OnnxInput("x", [2, 0]), new EdgeMesh.Core.Jobs.OnnxInput("y", null, "AAECAw==")], "UEs=");

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Onnx, "") with { Model = "net", Options = options }));

        var sent = one.Runs.Single().Request;
        Assert.Equal((TaskKindValue.OnnxRun, 5, 0, 7L, "a.onnx", 2), (sent.Kind, sent.Onnx.Iterations, sent.Onnx.WarmUp, sent.Onnx.Seed, sent.Onnx.File, sent.Onnx.Npz.Length));
        Assert.Equal([2L, 0L], sent.Onnx.Inputs[0].Shape.Sizes);
        Assert.Null(sent.Onnx.Inputs[1].Shape);
        Assert.Equal([0, 1, 2, 3], sent.Onnx.Inputs[1].Data.ToByteArray());
        var measured = job.Tasks.Single().Current!.Receipt!.Measurement!;
        Assert.Equal((5, 2.5, null), (measured.Iterations, measured.P50Ms, measured.WarmLoadMs));
        Assert.Equal("out 3", $"{measured.Outputs.Single().Name} {measured.Outputs.Single().Shape.Single()}");
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-1)]
    [InlineData(1e300)]
    public async Task Onnx_MeasurementThatIsNone_IsNotKept(double ms)
    {
        var net = new RuntimeInfo("onnx-cpu", "ONNX Runtime, CPU", RuntimeState.Ready, null, [new ModelInfo("net", [], 1_000)], [TaskKind.OnnxRun], null);
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, net);
        var said = Measured();
        said.MaxMs = ms;
        one.OnRun = run => run.Started().Say(new TaskUpdate { Receipt = new TaskReceipt { Measurement = said, RunMs = 40 } }).Leave();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Onnx, "") with { Model = "net" }));

        Assert.Null(job.Tasks.Single().Current!.Receipt!.Measurement);
    }

    [Theory]
    [InlineData(null, 600_000)]
    [InlineData(7, 7_000)]
    public async Task Chat_NeverRunBefore_IsSentWithItsDeadlines(int? seconds, long expected)
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Samples.Ollama with { Models = [Samples.Ollama.Models[0] with { ResidentBytes = 0 }] });
        await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Chat, "What is a tide?") with { Options = new ChatOptions([]) { TimeoutSeconds = seconds } }));
        Assert.Equal((expected, 60_000), (one.Runs.Single().Request.TimeoutMs, one.Runs.Single().Request.StallMs));
    }

    private static Measurement Measured() => new()
    {
        File = "a.onnx", Iterations = 5, FirstLoadMs = 10, MinMs = 2, P50Ms = 2.5, P90Ms = 3, MaxMs = 4, WarmLoadMs = double.PositiveInfinity,
        Outputs = { new Tensor { Name = "out", Type = "float32", Shape = { 3 } } },
    };
}
