using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Wire;
using JobResult = EdgeMesh.QaiHub.Wire.JobResult;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>Every answer says by its mark and its address who gave it; what proves nothing counts for nothing.</summary>
public sealed class SourceTests
{
    private const string Mark = $"{EmulatorMark.Header}: {EmulatorMark.Value}\r\n";

    [Theory]
    [InlineData("https://workbench.aihub.qualcomm.com/api/v1/jobs/", null, HubSource.Service)]
    [InlineData("https://app.aihub.qualcomm.com/api/v1/jobs/", null, HubSource.Service)]
    [InlineData("https://APP.AIHUB.QUALCOMM.COM/", null, HubSource.Service)]
    [InlineData("https://workbench.aihub.qualcomm.com/api/v1/jobs/", "true", HubSource.Emulator)]
    [InlineData("https://workbench.aihub.qualcomm.com/api/v1/jobs/", "1", HubSource.Emulator)]
    [InlineData("http://127.0.0.1:8090/", "true", HubSource.Emulator)]
    [InlineData("http://127.0.0.1:8090/", null, HubSource.Unknown)]
    [InlineData("https://hub.company.example/", null, HubSource.Unknown)]
    [InlineData("https://aihub.qualcomm.com.evil.example/", null, HubSource.Unknown)]
    [InlineData("https://notqualcomm.com/", null, HubSource.Unknown)]
    public void Of_Answer_FailsClosed(string address, string? mark, HubSource source)
    {
        using var answer = new HttpResponseMessage();
        if (mark is not null)
        {
            answer.Headers.Add(EmulatorMark.Header, mark);
        }

        Assert.Equal(source, HubSources.Of(new Uri(address), answer));
    }

    [Theory]
    [InlineData(Mark, HubSource.Emulator)]
    [InlineData("", HubSource.Unknown)]
    public async Task EveryAnswer_CarriesItsSource(string headers, HubSource source)
    {
        var job = new Job { ProfileJob = new ProfileJob { ProfileJobId = "j5w2gx7p5", JobState = JobState.Done } };
        Google.Protobuf.IMessage Answer(string target) =>
            target.Contains("job_summaries", StringComparison.Ordinal) ? new JobSummaryList { JobSummaries = { new JobSummary { ProfileJobSummary = new ProfileJobSummary { JobId = "j5w2gx7p5" } } } }
            : target.Contains("/result", StringComparison.Ordinal) ? new JobResult { ProfileJobResult = new ProfileJobResult() }
            : target.Contains("download", StringComparison.Ordinal) || target.Contains("artifacts", StringComparison.Ordinal) ? new FileDownloadURL { Url = "https://storage.example/x", Filename = "x" }
            : target.Contains("/models/?", StringComparison.Ordinal) ? new ModelList { Models = { new Model { ModelId = "mmq12345q" } } }
            : target.Contains("/models/", StringComparison.Ordinal) ? new Model { ModelId = "mmq12345q" }
            : target.Contains("/jobs/?", StringComparison.Ordinal) ? new JobList { Jobs = { job } }
            : job;
        await using var hub = new Hub(request => RawHttpServer.Message(Answer(request.Target), headers: headers));
        var (jobs, models) = (hub.Client.Jobs, hub.Client.Models);
        Assert.Equal(source, (await jobs.GetAsync("j5w2gx7p5", Hub.Cancelled)).Source);
        Assert.Equal(source, (await jobs.ListAsync(new JobQuery(), Hub.Cancelled)).Items[0].Source);
        Assert.Equal(source, (await jobs.ListSummariesAsync(new JobQuery(), Hub.Cancelled)).Source);
        Assert.Equal(source, (await jobs.GetResultAsync("j5w2gx7p5", Hub.Cancelled)).Source);
        Assert.Equal(source, (await jobs.GetCompiledModelAsync("j5w2gx7p5", Hub.Cancelled)).Source);
        Assert.Equal(source, (await jobs.GetArtifactAsync("j5w2gx7p5", JobArtifactType.HubLog, cancellationToken: Hub.Cancelled)).Source);
        Assert.Equal(source, (await models.GetAsync("mmq12345q", Hub.Cancelled)).Source);
        Assert.Equal(source, (await models.GetFileAsync("mmq12345q", Hub.Cancelled)).Source);
        Assert.Equal(source, (await models.ListAsync(0, 10, cancellationToken: Hub.Cancelled)).Items[0].Source);
    }

    [Fact]
    public async Task EveryAcceptedAnswer_IsHeard_AndNoRefusal()
    {
        var heard = new List<HubSource>();
        var refuses = false;
        await using var hub = new Hub(_ => refuses ? RawHttpServer.Text(404) : RawHttpServer.Message(new User { Id = 1 }, headers: Mark));
        var client = hub.Factory.Create(hub.Config, heard.Add);
        await client.Catalog.GetUserAsync(Hub.Cancelled);
        refuses = true;
        await Hub.FailureAsync(client.Catalog.GetUserAsync(Hub.Cancelled));
        Assert.Equal([HubSource.Emulator], heard);
    }
}
