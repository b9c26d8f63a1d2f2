using Bunit;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Features.Jobs;
using EdgeMesh.Tests.Fakes;
using JobPage = EdgeMesh.Dashboard.Features.Jobs.JobPage;

namespace EdgeMesh.Tests.Components.Jobs;

/// <summary>What the job page says is so: the input is there, nothing written is lost, waiting is not called running, the right side is blamed.</summary>
public sealed class JobPageFactsTests : JobPageContext
{
    [Fact]
    public void Cancelled_TextHadStreamed_IsKeptAndMarked()
    {
        var page = Open(Cancelled("Tides follow the mo"));
        var result = page.Find("[aria-label=Result]");
        Assert.Contains("Tides follow the mo", result.TextContent, StringComparison.Ordinal);
        Assert.Contains("Broken off", result.TextContent, StringComparison.Ordinal);
        Assert.Contains("It is not the whole answer.", result.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("What happened next", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("To fix it", page.Markup, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[aria-label='What went wrong']"));
    }

    [Fact]
    public void Failed_TextHadStreamed_IsKeptAndTheFixStays()
    {
        var job = Samples.Job(JobState.Failed, output: "half an ans");
        var page = Open(job with { Result = JobOutcome.Result(job) });
        Assert.Contains("half an ans", page.Find("[aria-label=Result]").TextContent, StringComparison.Ordinal);
        Assert.Contains("To fix it", page.Find("[aria-label='What went wrong']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void TextOfTwoDevices_SaysWhoWroteWhat()
    {
        const string Begun = "Once upon a time there stood a mill";
        var job = Samples.Job(JobState.Succeeded, output: $"{Begun} by the river.");
        var last = job.Tasks[0].Attempts[0];
        var lost = last with { DeviceName = "Board", DeviceId = Samples.DeviceIdOf("Board"), State = AttemptState.Failed, Reason = ReasonCode.Lost, Receipt = null, Output = last.Output.Beginning(Begun.Length) };

        var page = Open(job with { Tasks = [job.Tasks[0] with { Attempts = [lost, last with { Number = 2, Seam = new Seam(1, Begun.Length) }] }] });

        foreach (var card in (string[])["[aria-label=Result]", "[aria-label=Receipt]"])
        {
            Assert.Contains($"First 35 characters by Board, the rest by {last.DeviceName}.", page.Find(card).TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Input_IsThere_WithEverythingThatWentWithIt()
    {
        var request = Samples.Request(JobKind.Chat, "Why do tides come twice a day?") with
        {
            FileName = "question.txt",
            Model = "llama3.2:3b",
            Options = new ChatOptions([new ChatMessage("system", "Answer shortly."), new ChatMessage("user", "Hello"), new ChatMessage("assistant", "Hi.")], 200, 0.7, 42),
        };
        var job = Samples.Job(JobState.Succeeded) with { Request = request, Title = JobTitle.Of(request) };
        var page = Open(job);
        var words = page.Find("[aria-label=Input]").TextContent;
        Assert.All(
            (string[])["question.txt", "How it should answer", "Answer shortly.", "Hello", "Hi.", "Why do tides come twice a day?", "Tokens at most200", "Temperature0.7", "Seed42", "llama3.2:3b"],
            part => Assert.Contains(part, words, StringComparison.Ordinal));
        Assert.StartsWith("question.txt", page.Find(".jp-title").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Input_Long_IsFoldedUntilItIsWanted()
    {
        var job = Samples.Job(JobState.Succeeded) with { Request = Samples.Request(text: new string('a', 5_000) + "THE END") };
        var page = Open(job);
        Assert.DoesNotContain("THE END", page.Find("[aria-label=Input]").TextContent, StringComparison.Ordinal);
        Do(page, () => page.Find("[aria-label=Input] button").Click());
        Assert.Contains("THE END", page.Find("[aria-label=Input]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_HasNoFillingBar_AndIsNotCalledRunning()
    {
        var job = Samples.Job();
        var open = Enumerable.Range(1, 6).Select(n => job.Tasks[0] with
        {
            Planned = Samples.Task(n) with { Label = $"Part {n}" },
            State = n == 1 ? TaskState.Running : TaskState.Queued,
            Attempts = [job.Tasks[0].Attempts[0] with { State = n == 1 ? AttemptState.Running : AttemptState.Placed, StartedAt = n == 1 ? Samples.Now : null }],
        }).ToImmutableArray();
        Time.Advance(TimeSpan.FromSeconds(30));
        var page = Open(WithTasks(job, open));
        Assert.Single(page.FindAll("[role=progressbar]"));
        Assert.Contains("It waits on Mini PC.", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Show all 6 open tasks: 1 running, 5 waiting", page.Find(".jp-more").TextContent, StringComparison.Ordinal);
        Assert.Contains("1 running, 5 waiting", page.Find("[aria-label='In short']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Restarted_TheDashboardIsBlamedAndNotTheDevice()
    {
        var job = Samples.Job(JobState.Failed);
        var attempt = job.Tasks[0].Attempts[0] with { Reason = ReasonCode.Lost, EndedByDashboard = true, Cause = "The dashboard ended while it ran." };
        var page = Open(job with
        {
            Tasks = [job.Tasks[0] with { Attempts = [attempt] }],
            Error = new JobError("The job was interrupted.", "The dashboard ended while it ran.", "lost", "Run it again; what had finished is kept here."),
        });
        var words = page.Find("[aria-label='What went wrong']").TextContent;
        Assert.Contains("Interrupted by the dashboard.", words, StringComparison.Ordinal);
        Assert.Contains("It was not tried again: the dashboard had stopped.", words, StringComparison.Ordinal);
        Assert.All((string[])["The device was lost", "no other device", "Mini PC"], part => Assert.DoesNotContain(part, words, StringComparison.Ordinal));
    }

    [Fact]
    public void Moved_TheEndIsTheSameInFiguresAndTimeline_WithTheReason()
    {
        var (one, two) = (Samples.Device(), Samples.Device("Surface Laptop 7", 1));
        Fleet.Publish(one with { State = DeviceState.Lost }, two);
        var part = new Estimate(10_000, 15_000, null, EstimateOrigin.Prior, 0);
        var basis = Samples.Job();
        var lost = basis.Tasks[0].Attempts[0] with { State = AttemptState.Failed, Reason = ReasonCode.Lost, Predicted = part, EndedAt = Samples.Now.AddSeconds(11), ActualMs = 11_000 };
        var again = basis.Tasks[0].Attempts[0] with { Number = 2, DeviceId = two.Id, DeviceName = two.Name, Predicted = part, PlacedAt = Samples.Now.AddSeconds(11), StartedAt = Samples.Now.AddSeconds(11) };
        var combine = new TaskView(Samples.Task(2, stage: 1) with { Label = "Combine" }, TaskState.Waiting, []);
        var job = WithTasks(basis, [basis.Tasks[0] with { Planned = Samples.Task() with { Label = "Part 1" }, Attempts = [lost, again] }, combine]) with { Predicted = part with { P50Ms = 20_000, P90Ms = 30_000 } };
        job = job with { Plan = job.Plan! with { Placements = [.. job.Plan!.Placements.Select(p => p with { Predicted = part })] } };
        Time.Advance(TimeSpan.FromSeconds(15));
        var page = Open(job);

        var stats = page.Find("[aria-label='In short']").TextContent;
        Assert.Contains("about 16 s left", stats, StringComparison.Ordinal);
        Assert.Contains("was 20 s, +11 s because Part 1 moved to Surface Laptop 7: the device was lost", stats, StringComparison.Ordinal);
        Assert.Contains("Combine", page.Find("[data-lane='Surface Laptop 7']").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Combine", page.Find("[data-lane='Mini PC']").TextContent, StringComparison.Ordinal);
        var lane = JobLane.Of(job, Fleet.Current, Samples.Now.AddSeconds(15), JobForecast.Of(job, Fleet.Current, Samples.Now.AddSeconds(15)));
        Assert.Equal(31_000, lane.SelectMany(l => l.Blocks).Max(b => b.PredictedEndMs), 1);
    }

    [Fact]
    public void Hedged_BothDevicesAreShown_OneText_AndWhyTheSecondWasAsked()
    {
        var (job, both) = Hedged();
        Time.Advance(TimeSpan.FromSeconds(70));
        var page = Open(job with { Tasks = [both] });

        const string Why = "A second device, Surface Laptop 7, was asked because Mini PC took longer than predicted. Whichever is done first counts.";
        Assert.Contains(Why, page.Find("[data-stream]").TextContent, StringComparison.Ordinal);
        Assert.Equal("slow", page.Find(".em-live").TextContent.Trim());
        Assert.Contains(Why, page.Find("[aria-label=Receipt]").TextContent, StringComparison.Ordinal);
        Assert.Contains("try 1", page.Find("[aria-label=Receipt]").TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("retr", page.Find("[aria-label='In short']").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Find("[data-lane='Mini PC'] .em-task.run"));
        Assert.Contains("Summarize, second device", page.Find("[data-lane='Surface Laptop 7']").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Hedged_TheSecondIsDoneFirst_TheReceiptSaysSo()
    {
        var (job, both) = Hedged();
        var second = both.Attempts[1] with { State = AttemptState.Succeeded, EndedAt = Samples.Now.AddSeconds(80), ActualMs = 20_000, Receipt = Samples.Receipt(Samples.Device("Surface Laptop 7", 1)) };
        var done = both with { State = TaskState.Succeeded, Lead = 2, Attempts = [both.Attempts[0] with { State = AttemptState.Superseded, EndedAt = Samples.Now.AddSeconds(80) }, second] };
        var ended = job with { State = JobState.Succeeded, FinishedAt = Samples.Now.AddSeconds(80), Tasks = [done], Result = new JobResult("fast", []) };
        var page = Open(ended);

        var receipt = page.Find("[aria-label=Receipt]").TextContent;
        Assert.Contains("was asked because Mini PC took longer than predicted. Surface Laptop 7 was done first.", receipt, StringComparison.Ordinal);
        Assert.Contains("second device", page.Find("[aria-label=Receipt] .em-tag").TextContent, StringComparison.Ordinal);
        Assert.Contains("stopped", page.Find("[aria-label='Predicted and actual']").TextContent, StringComparison.Ordinal);
        Assert.StartsWith("A second device, Surface Laptop 7, was asked", JobProgress.Note(ended), StringComparison.Ordinal);
    }

    private static (JobView Job, TaskView Both) Hedged()
    {
        var job = Samples.Job(output: "slow");
        var first = job.Tasks[0].Attempts[0];
        var second = first with
        {
            Number = 2, IsHedge = true, DeviceId = Samples.DeviceIdOf("Surface Laptop 7"), DeviceName = "Surface Laptop 7", Output = AttemptOutput.Empty,
            PlacedAt = Samples.Now.AddSeconds(60), StartedAt = Samples.Now.AddSeconds(60), Predicted = Samples.Estimate(20_000, 40_000),
        };
        return (job, job.Tasks[0] with { Lead = 1, Attempts = [first, second] });
    }

    [Fact]
    public void PredictedAndActual_AreOfTheSameSpan()
    {
        var job = Samples.Job(JobState.Succeeded);
        var attempt = job.Tasks[0].Attempts[0] with
        {
            Predicted = new Estimate(7_000, 9_000, null, EstimateOrigin.Measured, 9).After(7_500), StartedAt = Samples.Now.AddMilliseconds(7_400), EndedAt = Samples.Now.AddMilliseconds(14_900), ActualMs = 14_900,
        };
        var page = Open(job with { Tasks = [job.Tasks[0] with { Attempts = [attempt] }] });
        var row = page.Find("[aria-label='Predicted and actual'] .pa-row:not(.h)").TextContent;
        Assert.Contains("7.0 s7.5 s+7 %", row, StringComparison.Ordinal);
        Assert.Contains("Waited7.4 s for its turn", page.Find("[aria-label=Receipt]").TextContent, StringComparison.Ordinal);
        Assert.Equal(7_500, Assert.Single(JobLane.Of(job with { Tasks = [job.Tasks[0] with { Attempts = [attempt] }] }, Fleet.Current, Samples.Now, null).Single().Blocks).TookMs!.Value, 1);
    }

    [Fact]
    public void Timeline_ABlockIsAsLongAsItsFigure()
    {
        var job = Samples.Job(JobState.Succeeded);
        var attempt = job.Tasks[0].Attempts[0] with { StartedAt = Samples.Now.AddMilliseconds(40), EndedAt = Samples.Now.AddMilliseconds(61), ActualMs = 61 };
        var block = Assert.Single(JobLane.Of(job with { Tasks = [job.Tasks[0] with { Attempts = [attempt] }] }, Fleet.Current, Samples.Now, null).Single().Blocks);
        Assert.Equal(block.EndMs - block.StartMs, block.TookMs!.Value, 1);
    }

    [Fact]
    public void Timeline_InWords_EndsInOneStop()
    {
        var words = Open(Samples.Job(JobState.Failed)).Find("[aria-label=Timeline] p.sr").TextContent;
        Assert.EndsWith(".", words, StringComparison.Ordinal);
        Assert.DoesNotContain("..", words, StringComparison.Ordinal);
        Assert.DoesNotContain(".;", words, StringComparison.Ordinal);
        Assert.Contains("failed:", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Failed_ATryOutModelIsThere_SaysWhyItDidNotAnswer()
    {
        var toy = new RuntimeInfo("onnx", "ONNX Runtime", RuntimeState.Ready, null, [new ModelInfo("toy", [Skill.Summarize], 1, 256, 0)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);
        Fleet.Publish(Samples.Device() with { Runtimes = [Samples.BuiltIn, toy] });
        Assert.Contains("does not stand in for a real one", Open(Samples.Job(JobState.Failed)).Find("[aria-label='What went wrong']").TextContent, StringComparison.Ordinal);
    }

    private static JobView Cancelled(string output)
    {
        var job = Samples.Job(JobState.Cancelled, output: output);
        return job with { Result = JobOutcome.Result(job) };
    }

    private static JobView WithTasks(JobView job, ImmutableArray<TaskView> tasks) => job with
    {
        Tasks = tasks,
        Plan = job.Plan! with { Tasks = [.. tasks.Select(t => t.Planned)], Placements = [.. tasks.Select(t => job.Plan!.Placements[0] with { Task = t.Id })] },
    };

    private IRenderedComponent<JobPage> Open(JobView job)
    {
        Jobs.PublishJob(job);
        return Render<JobPage>(p => p.Add(j => j.Id, job.Id.Value));
    }
}
