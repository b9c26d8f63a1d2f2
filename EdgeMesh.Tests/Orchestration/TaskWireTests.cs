using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;

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
}
