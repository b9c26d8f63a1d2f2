using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Tracking;

/// <summary>Submitting jobs: waiting for a place is seen, and what each kind makes is known.</summary>
public sealed class SubmissionTests : IDisposable
{
    private readonly TrackerMesh mesh = new();

    private FakeHubClient Hub => mesh.Hub;

    public void Dispose() => mesh.Dispose();

    [Fact]
    public async Task Submit_TooManyJobs_ShowsThatItWaitsAndBecomesTheJob()
    {
        mesh.Start();
        var place = new TaskCompletionSource();
        Hub.Full = ("You have 5 jobs, and 5 are allowed.", place);
        var (waiting, problem) = await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled);
        Assert.Null(problem);
        Assert.Equal((HubJobState.WaitingForPlace, "You have 5 jobs, and 5 are allowed.", "a name"), (waiting!.State, waiting.Wait!.Words, waiting.Name));
        Assert.Same(waiting, mesh.Board.Current.Jobs.Find(waiting.Id));

        // The service knows nothing of it, and is not asked for it.
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        Assert.Equal(HubJobState.WaitingForPlace, mesh.Board.Current.Jobs.Find(waiting.Id)!.State);

        place.SetResult();
        await Until.TrueAsync("the job to be at the service", () => mesh.Board.Current.Jobs.Find(waiting.Id) is { Id: "jmade1", State: HubJobState.Created, Wait: null, Then: not null });
        Assert.Single(mesh.Board.Current.Jobs.Items);
        mesh.Start();
        await mesh.Book!.LoadAsync(TrackerMesh.Cancelled);
        Assert.Equal("jmade1", mesh.Board.Current.Jobs.Find(waiting.Id)!.Id);
    }

    [Fact]
    public async Task Submit_TwentyWait_OneMoreIsRefusedUntilOneWasTaken()
    {
        mesh.Start();
        var place = new TaskCompletionSource();
        Hub.Full = ("Too many jobs.", place);
        for (var i = 0; i < 20; i++)
        {
            Assert.Null((await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled)).Problem);
        }

        var (job, problem) = await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled);
        Assert.Null(job);
        Assert.Equal(("qaihub_waits_full", true), (problem!.Code, problem.RetryAfter is not null));
        place.SetException(new QaiHubException(HubFailure.RateLimited, "Too many jobs.", "Wait a few minutes and try again."));
        await Until.TrueAsync("nobody to wait", () => mesh.Book!.Waiting == 0);
        Hub.Full = null;
        Assert.Null((await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled)).Problem);
    }

    [Fact]
    public async Task Submit_NoPlaceInTime_EndsWithTheServicesWords()
    {
        mesh.Start();
        var place = new TaskCompletionSource();
        Hub.Full = ("Too many jobs.", place);
        var (waiting, _) = await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled);
        place.SetException(new QaiHubException(HubFailure.RateLimited, "Too many jobs.", "Wait a few minutes and try again."));
        await Until.TrueAsync("the end", () => mesh.Board.Current.Jobs.Find(waiting!.Id) is { State: HubJobState.Failed, Wait: null, Trouble: { Code: "qaihub_rate_limited", Detail: "Too many jobs." } });
    }

    [Fact]
    public async Task Submit_DashboardStoppedWhileItWaited_SaysSo()
    {
        mesh.Start();
        Hub.Full = ("Too many jobs.", new TaskCompletionSource());
        var (waiting, _) = await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled);
        mesh.Start();
        await mesh.Book!.LoadAsync(TrackerMesh.Cancelled);
        Assert.Equal((HubJobState.Failed, "dashboard_stopped"), mesh.Board.Current.Jobs.Find(waiting!.Id) is { } job ? (job.State, job.Trouble?.Code) : default);
    }

    [Fact]
    public async Task Submit_Refused_IsAProblemAndNoJob()
    {
        mesh.Start();
        Hub.CreateFailure = new QaiHubException(HubFailure.BadRequest, "You have used up your quota.", "Change it.");
        var (job, problem) = await mesh.Orders.SubmitAsync(Order(), TrackerMesh.Cancelled);
        Assert.Null(job);
        Assert.Equal("You have used up your quota.", problem!.Detail);
        Assert.Empty(mesh.Board.Current.Jobs.Items);
    }

    [Fact]
    public async Task FollowUp_TooManyJobs_IsSaidAtTheCompileJob()
    {
        Hub.Set("jc", JobState.Done, target: "mq1");
        mesh.Start();
        await mesh.Book!.ChangeAsync("jc", _ => TrackerMesh.Compile("jc"), TrackerMesh.Cancelled);
        var place = new TaskCompletionSource();
        Hub.Full = ("Too many jobs.", place);
        await mesh.Tracker!.PollAsync(TrackerMesh.Cancelled);
        await Until.TrueAsync("the wait to be told", () => mesh.Board.Current.Jobs.Find("jc")?.Wait?.Words == "Too many jobs.");
        place.SetResult();
        await Until.TrueAsync("the profile job", () => mesh.Board.Current.Jobs.Find("jc") is { Wait: null, Then.JobId: not null });
    }

    [Fact]
    public async Task Quantized_And_Linked_AreKnownForWhatTheyAre_AndSoAreTheirProfiles()
    {
        Hub.Set("jq", JobState.Done, JobType.Quantize, target: "mq1");
        Hub.Set("jl", JobState.Done, JobType.Link, target: "ml1");
        Hub.Set("jpq", JobState.Done, JobType.Profile, model: "mq1");
        Hub.Set("jpl", JobState.Done, JobType.Profile, model: "ml1");
        mesh.Start();
        foreach (var id in new[] { "jq", "jl", "jpq", "jpl" })
        {
            await mesh.Reader.ReadAsync(Hub, id, TrackerMesh.Cancelled);
        }

        Assert.Equal(["onnx", "qnn_context_binary", "onnx", "qnn_context_binary"], new[] { "jq", "jl", "jpq", "jpl" }.Select(id => mesh.Board.Current.Jobs.Find(id)!.Runtime));
        Assert.Equal(2, mesh.Latencies.All.Length);
    }

    [Fact]
    public async Task Inference_Done_HasItsTimeAndItsOutputs()
    {
        Hub.Set("ji", JobState.Done, JobType.Inference, model: "m1");
        mesh.Start();
        var job = await mesh.Reader.ReadAsync(Hub, "ji", TrackerMesh.Cancelled);
        Assert.Equal((7.0, "dout"), (job!.Profile!.Inference.TotalMilliseconds, job.OutputDatasetId));
        Assert.Contains("dout", HubProblems.NoArtifact(job).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Link_TakesOneModel()
    {
        mesh.Start();
        var (job, problem) = await mesh.Orders.SubmitAsync(new LinkOrder(["mdlc"], null, null, "", "a name"), TrackerMesh.Cancelled);
        Assert.Null(problem);
        Assert.Equal((HubJobKind.Link, "qnn_context_binary"), (job!.Kind, job.Runtime));
        Assert.Equal("mdlc", Assert.Single(Assert.IsType<LinkRequest>(Assert.Single(Hub.Created)).ModelIds));
        Assert.Equal("models_invalid", (await mesh.Orders.SubmitAsync(new LinkOrder([], null, null, "", "a name") with { ModelId = "x" }, TrackerMesh.Cancelled)).Problem!.Code);
    }

    private static CompileOrder Order() => new("mm1", "Board", "1", "onnx", [], "", "", "a name");
}
