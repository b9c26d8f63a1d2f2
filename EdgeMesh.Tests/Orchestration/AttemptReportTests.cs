using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>What devices report of attempts: late, twice, and reasoning beside an answer.</summary>
public sealed class AttemptReportTests
{
    [Fact]
    public async Task LateReports_OfAnOlderAttempt_ChangeNothing()
    {
        await using var mesh = await MeshHost.StartAsync();
        var (one, two) = (await mesh.JoinAsync("One"), await mesh.JoinAsync("Two"));
        one.OnRun = two.OnRun = run =>
        {
            if (run.Request.Attempt == 1)
            {
                run.Fail("RuntimeDown", "the engine stopped");
            }
            else
            {
                run.Started();
            }
        };
        var id = await mesh.SubmitAsync(Samples.Request(text: "right"));
        var second = (await mesh.JobAsync(id, v => v.Tasks is [{ Attempts.Length: 2 } t] && t.Current!.State == AttemptState.Running)).Tasks[0];
        var first = second.Attempts[0];
        var now = TimeProvider.System.GetUtcNow();
        ImmutableArray<JobEvent> late =
        [
            new OutputAppended(now, second.Id, 1, 0, "wrong", null),
            new AttemptSucceeded(now, second.Id, 1, 5, Samples.Receipt(mesh.Fleet.Current.Find(first.DeviceId)!)),
        ];
        await mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value).ReportAsync(new Immutable<ImmutableArray<JobEvent>>(late));

        var open = await mesh.Jobs.GetAsync(id, TestContext.Current.CancellationToken);
        Assert.False(open!.IsFinished);
        Assert.Equal(AttemptState.Failed, open.Tasks[0].Attempts[0].State);
        Assert.Empty(open.Tasks[0].Attempts[0].Output.Text);

        one.Runs.Concat(two.Runs).Single(r => r.Request.Attempt == 2).Text("right").Succeed();
        Assert.Equal("right", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Reports_ThatComeTwice_AreTakenOnce()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        var grain = mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value);
        ImmutableArray<JobEvent> report = [new OutputAppended(TimeProvider.System.GetUtcNow(), new TaskId(1), 1, 0, "once", null)];

        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));
        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));

        one.Runs.Single().Succeed();
        Assert.Equal("once", (await mesh.EndedAsync(id)).Result!.Text);
    }

    [Fact]
    public async Task Reasoning_WithAndWithoutAMark_IsKeptBesideTheAnswer()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started().Reasoning("First, ").Text("I wond").Text("er.").TextWasReasoning().TextWasReasoning().Reasoning(" So:").Text("Hel").Text("lo.").Succeed();

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        Assert.Equal(("Hello.", "First, I wonder. So:"), (job.Result!.Text, job.Tasks[0].Current!.Output.Reasoning.Text));
    }

    [Fact]
    public async Task Reasoning_MoreThanIsKept_EndsInTheJournal()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run =>
        {
            run.Started();
            for (var i = 0; i < 20; i++)
            {
                run.Reasoning(new string('x', 50_000)).Say(new TaskUpdate { Progress = new Progress() });
            }

            run.Text("Done.").Succeed();
        };

        var job = await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request()));

        var reasoning = job.Tasks[0].Current!.Output.Reasoning;
        Assert.Equal(("Done.", ReasoningText.MaxChars), (job.Result!.Text, reasoning.Text.Length));
        Assert.InRange(reasoning.Length, ReasoningText.MaxChars, 400_000);
    }

    [Fact]
    public async Task Reports_OfUnmarkedReasoningThatComeTwice_AreTakenOnce()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        var grain = mesh.Services.GetRequiredService<IGrainFactory>().GetGrain<IJobGrain>(id.Value);
        var (now, task) = (TimeProvider.System.GetUtcNow(), new TaskId(1));
        ImmutableArray<JobEvent> report = [new OutputAppended(now, task, 1, 0, "hmm", null), new OutputWasReasoning(now, task, 1, 3), new ReasoningAppended(now, task, 1, 3, "!"), new OutputAppended(now, task, 1, 3, "once", null)];

        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));
        await grain.ReportAsync(new Immutable<ImmutableArray<JobEvent>>(report));

        one.Runs.Single().Succeed();
        var job = await mesh.EndedAsync(id);
        Assert.Equal(("once", "hmm!"), (job.Result!.Text, job.Tasks[0].Current!.Output.Reasoning.Text));
    }
}
