using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A job that real models failed ends as failed: the built-in model for trying out does not answer in their place.</summary>
public sealed class TryOutModelTests
{
    private static readonly RuntimeInfo Toy = new(
        "onnx-cpu", "ONNX Runtime", RuntimeState.Ready, null, [new ModelInfo("wordnet-chat (built-in)", [Skill.Chat], 5_000_000, 4_096, 0)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);

    private static readonly RuntimeInfo Engine = new(
        "openai:x", "Ollama", RuntimeState.Ready, null, [new ModelInfo("llama", [Skill.Chat], 2_000_000, 8_192, 3)], [TaskKind.LlmGenerate], null);

    [Theory]
    [InlineData("OutOfMemory")]
    [InlineData("RuntimeDown")]
    [InlineData("BadOutput")]
    [InlineData("EngineError")]
    [InlineData("OnlyThought")]
    [InlineData("AskedForTool")]
    [InlineData("KeyRequired")]
    [InlineData("Timeout")]
    [InlineData("ModelMissing")]
    public async Task Chat_BothEnginesFail_EndsFailedWithBothCauses(string reason)
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two, toy) = (await mesh.JoinAsync("One", true, Engine, Toy), await mesh.JoinAsync("Two", true, Engine, Toy), await mesh.JoinAsync("Toy", true, Toy));
        one.OnRun = run => run.Started().Fail(reason, "its own cause");
        two.OnRun = run => run.Started().Fail(reason, "another cause");

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Chat, "What is a tide?")));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Empty(toy.Runs);
        Assert.Equal(["llama", "llama"], job.Tasks.Single().Attempts.Select(a => a.ModelId));
        Assert.Contains("One: its own cause.", job.Error!.Detail, StringComparison.Ordinal);
        Assert.Contains("Two: another cause.", job.Error.Detail, StringComparison.Ordinal);
        Assert.Contains(" and ", job.Error.Title, StringComparison.Ordinal);
        Assert.StartsWith(ReasonCodes.For(ReasonCodes.Parse(reason)).Remedy, job.Error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_EveryEngineIsBusy_WaitsForOne_AndNotForTheToy()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, toy) = (await mesh.JoinAsync("One", true, Engine, Toy), await mesh.JoinAsync("Toy", true, Toy));
        one.OnRun = run =>
        {
            if (run.Request.Attempt < 3)
            {
                run.Fail("Busy", "64 tasks wait already");
            }
            else
            {
                run.Started().Text("Water that comes and goes.").Succeed();
            }
        };

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Chat, "What is a tide?")));

        Assert.Equal((JobState.Succeeded, 3), (job.State, job.Tasks.Single().Attempts.Length));
        Assert.Empty(toy.Runs);
    }

    [Fact]
    public async Task Chat_TheTryOutModelWasThePlan_IsAnswered()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("Toy", true, Toy);
        Assert.Equal(JobState.Succeeded, (await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Chat, "What is a tide?")))).State);
    }

    [Fact]
    public async Task Rerun_TheRealModelIsGone_IsRefusedAndNotAnsweredByTheTryOutOne()
    {
        await using var mesh = await MeshHost.StartAsync();
        var real = await mesh.JoinAsync("Real", true, Engine);
        var toy = await mesh.JoinAsync("Toy", true, Toy);
        var id = await mesh.SubmitAsync(Samples.Request(JobKind.Chat, "What is a tide?"));
        await mesh.EndedAsync(id);
        await mesh.Fleet.DrainAsync(real.Id, TestContext.Current.CancellationToken);

        var again = await mesh.Jobs.RerunAsync(id, TestContext.Current.CancellationToken);

        Assert.Null(again.Id);
        Assert.Equal("Resume Real: it has a model for this.", again.Refused!.Problem.Remedy);
        Assert.Empty(toy.Runs);
    }
}
