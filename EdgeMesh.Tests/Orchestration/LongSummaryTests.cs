using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>A text longer than the models' contexts, through the dashboard as it is.</summary>
public sealed class LongSummaryTests
{
    private static readonly JobRequest Long = Samples.Request(text: string.Concat(Enumerable.Range(0, 500).Select(i => $"Sentence {i} tells of tides, mills and the moon. ")));

    [Fact]
    public async Task Summarize_LongerThanTheContext_IsReadInPartsByBothAndCombined()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One", true, Reader(1_024)), await mesh.JoinAsync("Two", true, Reader(1_024)));
        one.OnRun = two.OnRun = run => run.Started().Text($"[{run.Request.TaskId}]").Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Long));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.True(job.Plan!.Stages > 2, "It was expected to take more than two stages.");
        Assert.Equal($"[{job.Tasks[^1].Id}]", job.Result!.Text);
        var runs = one.Runs.Concat(two.Runs).ToDictionary(r => r.Request.TaskId);
        Assert.Equal(job.Tasks.Length, runs.Count);
        Assert.True(one.Runs.Count > 1 && two.Runs.Count > 1, "Both were expected to have parts.");
        Assert.Equal(Long.Text, string.Concat(job.Tasks.Where(t => t.Planned.Stage == 0).Select(t => runs[t.Id.Value].Request.Text)));
        Assert.All(job.Tasks.Where(t => t.Planned.Stage > 0), t =>
            Assert.Equal(string.Join("\n\n", t.Planned.Input.OutputsOf.Select(id => $"[{id}]")), runs[t.Id.Value].Request.Text));
        Assert.All(runs.Values, r => Assert.Equal("reader", r.Request.ModelId));
        Assert.All(runs.Values, r => Assert.True(TokenEstimate.Of(r.Request.Text) < 1_024));
    }

    [Fact]
    public async Task Summarize_PartsWriteMoreThanAsked_IsShortenedToTheContextAndSaid()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Reader(4_096));
        var talk = string.Concat(Enumerable.Repeat("It goes on and on. ", 700));
        one.OnRun = run => run.Started().Text(run.Request.TaskId == "t1" ? "Short." : talk).Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Long));

        Assert.Equal(JobState.Succeeded, job.State);
        var combine = job.Tasks.Single(t => t.Planned.Label == "Combine");
        Assert.Contains("shortened", combine.Current!.PlacementReason, StringComparison.Ordinal);
        var read = one.Runs.Single(r => r.Request.TaskId == combine.Id.Value).Request.Text;
        Assert.StartsWith("Short.\n\nIt goes on", read, StringComparison.Ordinal);
        Assert.True(TokenEstimate.Of(read) < 4_096);
        Assert.EndsWith("on.", read, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Summarize_APartFailsForGood_FailsAndKeepsTheOthers()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One", true, Reader(4_096));
        one.OnRun = run =>
        {
            if (run.Request.TaskId == "t2")
            {
                run.Fail("BadInput", "no sentence in it");
            }
            else
            {
                run.Started().Text("A part.").Succeed();
            }
        };

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Long));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("Part 2 of", job.Error!.Title, StringComparison.Ordinal);
        Assert.Contains("A part.", job.Result!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(one.Runs, r => r.Request.TaskId == job.Tasks[^1].Id.Value);
    }

    [Fact]
    public async Task Summarize_OneWorkerAtMost_StaysOnOneDevice()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One", true, Reader(1_024)), await mesh.JoinAsync("Two", true, Reader(1_024)));
        one.OnRun = two.OnRun = run => run.Started().Text("A part.").Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Long with { MaxWorkers = 1 }));

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.All(job.Tasks.GroupBy(t => t.Planned.Stage), stage => Assert.Single(stage.Select(t => t.Current!.DeviceId).Distinct()));
    }

    private static RuntimeInfo Reader(int context) => new(
        "openai:x", "Engine", RuntimeState.Ready, null, [new ModelInfo("reader", [Skill.Summarize, Skill.Chat], 2_000_000_000, context, 3)], [TaskKind.LlmGenerate], null);
}
