using Bunit;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Features.Jobs;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using MudBlazor;
using JobPage = EdgeMesh.Dashboard.Features.Jobs.JobPage;

namespace EdgeMesh.Tests.Components.Jobs;

public sealed class JobPageTests : JobPageContext
{
    [Fact]
    public void Unknown_SaysSo()
    {
        var page = Render<JobPage>(p => p.Add(j => j.Id, Samples.NewJobId().Value));
        Assert.Contains("No such job", page.Find("h1").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Waiting_NoPlanYet_SaysWhatItWaitsFor()
    {
        var page = Open(Samples.Job(JobState.Queued) with { Plan = null, Predicted = null, Tasks = [] });
        Assert.Contains("Waiting for a device", page.Markup, StringComparison.Ordinal);
        Assert.Contains("Waiting", page.Find("h1").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Running_TextComes_IsShownAsItComes()
    {
        var job = Samples.Job(output: "Tides ");
        var page = Open(job);
        Assert.Equal("Tides", page.Find(".em-live").TextContent.Trim());
        Publish(job, "Tides follow the moon");
        Pass(page, () => Assert.Contains("follow the moon", page.Find(".em-live").TextContent, StringComparison.Ordinal));
        Assert.NotNull(page.Find("[data-lane='Mini PC'] .em-task.run"));
        Assert.NotNull(page.Find(".em-now"));
    }

    [Fact]
    public void Running_Progress_IsTheDevicesOwnWord()
    {
        var job = Samples.Job();
        Jobs.PublishJob(new JobLive(job, ImmutableDictionary<TaskId, LiveProgress>.Empty.Add(new TaskId(1), new LiveProgress(0.25, "reading"))));
        var page = Render<JobPage>(p => p.Add(j => j.Id, job.Id.Value));
        Assert.Equal("25", page.Find("[role=progressbar]").GetAttribute("aria-valuenow"));
        Assert.Contains("reading", page.Find("[data-stream]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Measured_ShowsTimesSharesAndTensors()
    {
        var page = Open(Samples.Measured(Samples.Device(), "net", 3.0));

        var card = page.Find("[aria-label=Measurement]");
        Assert.Equal(["A run 3.0 ms", "9 of 10 within 3.6 ms", "Loading 210 ms", "Runs 20"], card.QuerySelectorAll(".stat").Select(s => $"{s.QuerySelector(".k")!.TextContent} {s.QuerySelector(".v")!.TextContent}"));
        Assert.Contains("88 nodes of model.onnxQNNExecutionProvider88", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("1 × 3 × 224 × 224", card.TextContent, StringComparison.Ordinal);
        Assert.Contains("scores1 × 1000float32output", card.TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[aria-label=Result]"));
    }

    [Fact]
    public void Ends_WhileWatched_ShowsResultAndReceipt()
    {
        var job = Samples.Job();
        var page = Open(job);
        Jobs.PublishJob(Samples.Job(JobState.Succeeded, job.Id, output: "**Bold** answer."));
        Pass(page, () => Assert.Contains("<strong>Bold</strong>", page.Find(".em-read").InnerHtml, StringComparison.Ordinal));
        Assert.Contains("Receipt, summarize", page.Markup, StringComparison.Ordinal);
        Assert.Contains("The job has ended: Succeeded.", page.Find("[role=status]").TextContent, StringComparison.Ordinal);
        Assert.Empty(page.FindAll(".em-now"));
    }

    [Theory]
    [InlineData(true, "about to end")]
    [InlineData(false, "longer than predicted, no end known")]
    public void Overdue_NoEndIsKnown_SaysSo(bool known, string words)
    {
        var job = Samples.Job();
        var forecast = new JobForecast(900_000, 900_000, 400, null, [], known);
        var stats = Render<JobStats>(p => p.Add(s => s.Job, job).Add(s => s.Forecast, forecast).Add(s => s.Now, job.CreatedAt.AddMilliseconds(900_000)));
        Assert.Contains(words, stats.Markup, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100, "run it again with a higher limit")]
    [InlineData(null, "set a length limit")]
    public void Cut_SaysSoBesideTheResultAndSucceeded(int? limit, string remedy)
    {
        var job = Samples.Job(JobState.Succeeded, output: "Half an ans");
        var page = Open(job with { Request = Samples.Request(JobKind.Chat) with { Options = new ChatOptions([], limit) }, Result = job.Result! with { IsCut = true } });
        var result = page.Find("[aria-label=Result]").TextContent;
        Assert.Contains("Cut at its length limit", result, StringComparison.Ordinal);
        Assert.Contains(remedy, result, StringComparison.Ordinal);
        Assert.DoesNotContain("Cut at", Open(job).Find("[aria-label=Result]").TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(JobState.Succeeded)]
    [InlineData(JobState.Running)]
    [InlineData(JobState.Failed)]
    public void Reasoning_IsFoldedAndNotTheAnswer(JobState state)
    {
        var job = Samples.Job(state, output: "Hello.");
        var thought = Samples.Output(state == JobState.Failed ? "" : "Hello.") with { Reasoning = ReasoningText.Empty.Add(["I wonder <b>", "what to say."]) };
        var page = Open(job with { Tasks = [job.Tasks[0] with { Attempts = [job.Tasks[0].Current! with { Output = thought }] }] });

        var fold = page.Find("details.jr-think");
        Assert.False(fold.HasAttribute("open"));
        Assert.Equal("Reasoning24 characters", fold.QuerySelector("summary")!.TextContent);
        Assert.Contains("I wonder <b>", fold.QuerySelector(".jr-thought")!.TextContent, StringComparison.Ordinal);
        Assert.All(page.FindAll(".em-read, .em-live"), e => Assert.DoesNotContain("wonder", e.TextContent, StringComparison.Ordinal));
    }

    [Fact]
    public void Result_PredictedTinyTimes_SaysMilliseconds()
    {
        var page = Open(Samples.Job(JobState.Succeeded));
        var row = page.Find("[aria-label='Predicted and actual'] .pa-row:not(.h)").TextContent;
        Assert.Contains("+20 ms", row, StringComparison.Ordinal);
        Assert.DoesNotContain("%", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Failed_NamesDeviceCauseReasonAndRemedy()
    {
        var page = Open(Samples.Job(JobState.Failed));
        var words = page.Find("[aria-label='What went wrong']").TextContent;
        Assert.All(
            (string[])["Mini PC", "Out of memory.", "Close other programs", "It was not tried again"],
            part => Assert.Contains(part, words, StringComparison.Ordinal));
        Assert.NotNull(page.Find(".em-task.fail"));
    }

    [Fact]
    public void Retried_CauseStandsInTheLane()
    {
        var other = Samples.Device("Surface Laptop 7", 1);
        var failed = Samples.Job(JobState.Failed).Tasks[0].Attempts[0];
        var again = Samples.Job().Tasks[0].Attempts[0] with { Number = 2, DeviceId = other.Id, DeviceName = other.Name, PlacedAt = Samples.Now.AddSeconds(1), StartedAt = Samples.Now.AddSeconds(1) };
        var job = Samples.Job();
        Time.Advance(TimeSpan.FromSeconds(3));
        var page = Open(job with { Tasks = [job.Tasks[0] with { Attempts = [failed, again] }] });
        Assert.Contains("Out of memory after 420 ms. Moved to Surface Laptop 7.", page.Find("[data-lane='Mini PC']").TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.Find("[data-lane='Surface Laptop 7'] .em-task.run"));
    }

    [Fact]
    public void HundredTasks_StayReadable()
    {
        var tasks = Enumerable.Range(1, 100).Select(n => Part(n)).ToImmutableArray();
        var job = Samples.Job(JobState.Succeeded) with { Request = Samples.Request(JobKind.Echo, "hi"), Tasks = tasks };
        var page = Open(job with { Plan = job.Plan! with { Tasks = [.. tasks.Select(t => t.Planned)] }, Result = new JobResult("all", []) });
        Assert.True(page.FindAll(".em-task").Count <= 14);
        Assert.Contains("100 tasks", page.Find(".em-gantt").TextContent, StringComparison.Ordinal);
        Assert.Equal(8, page.FindAll(".jr-part").Count);
        Do(page, () => page.FindAll("[aria-label=Result] button").First(b => b.TextContent.Contains("100 parts", StringComparison.Ordinal)).Click());
        Assert.Equal(100, page.FindAll(".jr-part").Count);
        Assert.Single(page.FindAll("[aria-label='Predicted and actual'] .pa-row:not(.h)"));
    }

    [Fact]
    public void Cancel_Asks_AndIsDisabledUntilItEnds()
    {
        var job = Samples.Job();
        var page = Open(job);
        Do(page, () => page.Find(".btn.d").Click());
        Assert.Equal($"cancel {job.Id} the dashboard", Assert.Single(Jobs.Commands));
        Assert.True(page.Find(".btn.d").HasAttribute("disabled"));
        Jobs.PublishJob(Samples.Job(JobState.Cancelled, job.Id));
        Pass(page, () => Assert.Empty(page.FindAll(".btn.d")));
    }

    [Fact]
    public void Cancel_Refused_SaysWhy()
    {
        Jobs.Refusal = new Problem("job_finished", "The job has ended.", "It ended a moment ago.", "Run it again.");
        var page = Open(Samples.Job());
        Do(page, () => page.Find(".btn.d").Click());
        Assert.Contains("It ended a moment ago.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Rerun_GoesToTheNewJob()
    {
        var id = Samples.NewJobId();
        Jobs.OnSubmit = _ => FakeJobs.Accepted(id);
        var page = Open(Samples.Job(JobState.Succeeded));
        Press(page, "Re-run");
        Assert.EndsWith($"/jobs/{id}", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Rerun_Refused_SaysWhy()
    {
        Jobs.OnSubmit = _ => FakeJobs.Refused(new Problem("no_device", "No device can run this yet.", "All are lost.", "Start an agent."), []);
        var page = Open(Samples.Job(JobState.Succeeded));
        Press(page, "Re-run");
        Assert.Contains("Start an agent.", page.Find("[role=alert]").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_AsksFirst_ThenGoesToTheList()
    {
        var dialogs = Render<MudDialogProvider>();
        var job = Samples.Job(JobState.Succeeded);
        var page = Open(job);
        var deleting = page.Find("[aria-label='Delete this job']").ClickAsync(new());
        dialogs.WaitForAssertion(() => Assert.Contains("removed for good", dialogs.Markup, StringComparison.Ordinal));
        Assert.Empty(Jobs.Commands);
        await dialogs.FindAll("button").First(b => b.TextContent.Contains("Delete job", StringComparison.Ordinal)).ClickAsync(new());
        await deleting;
        Assert.Equal($"delete {job.Id}", Assert.Single(Jobs.Commands));
        Assert.EndsWith("/jobs", Navigation.Uri, StringComparison.Ordinal);
    }

    [Fact]
    public void Artifacts_ImagesAreShownFromThisHostOnly()
    {
        var job = Samples.Job(JobState.Succeeded);
        var page = Open(job with { Result = new JobResult(null, [Samples.Artifact("a b.png", [1, 2], "image/png"), Samples.Artifact("x.svg", [3], "image/svg+xml")]) });
        Assert.Equal($"api/jobs/{job.Id}/artifacts/a%20b.png", Assert.Single(page.FindAll("img")).GetAttribute("src"));
        Assert.Equal(2, page.FindAll("a[download]").Count);
    }

    [Fact]
    public async Task Dispose_NobodyListens()
    {
        Open(Samples.Job());
        await AssertLeavesNothingAsync();
    }

    private static TaskView Part(int number)
    {
        var attempt = Samples.Job(JobState.Succeeded, output: "hi").Tasks[0].Attempts[0];
        return new TaskView(Samples.Task(number, TaskKind.Echo) with { Label = $"Echo {number}" }, TaskState.Succeeded, [attempt with { StartedAt = Samples.Now.AddMilliseconds(number), EndedAt = Samples.Now.AddMilliseconds(number + 4) }]);
    }

    private static AngleSharp.Dom.IElement Button(IRenderedComponent<JobPage> page, string name) =>
        page.FindAll("button").First(b => b.TextContent.Trim() == name);

    private IRenderedComponent<JobPage> Open(JobView job)
    {
        Jobs.PublishJob(job);
        return Render<JobPage>(p => p.Add(j => j.Id, job.Id.Value));
    }

    private void Publish(JobView job, string output) =>
        Jobs.PublishJob(job with { Version = job.Version + 1, Tasks = [job.Tasks[0] with { Attempts = [job.Tasks[0].Attempts[0] with { Output = Samples.Output(output) }] }] });
}
