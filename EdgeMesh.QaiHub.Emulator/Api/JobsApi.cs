using EdgeMesh.QaiHub.Emulator.Artifacts;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Engine;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.Objects;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Api;

/// <summary><c>jobs/</c> and <c>job_summaries/</c>: create, list, get, rename, results, artifacts. There is no cancel, as at the service.</summary>
internal static class JobsApi
{
    public static void MapJobs(this RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/jobs");
        jobs.MapPost("/", CreateAsync);
        jobs.MapGet("/", List);
        jobs.MapGet("/{id}/", (string id, EmulatorState state) => ProtobufBody.Of(state.Jobs.Required(id).Wire));
        jobs.MapPatch("/{id}/", RenameAsync);
        jobs.MapGet("/{id}/result/", (string id, EmulatorState state) => ProtobufBody.Of(state.Results.Find(state.Jobs.Required(id)) ?? throw Refusal.NotFound()));
        jobs.MapGet("/{id}/download_compiled_model/", DownloadModel);
        jobs.MapGet("/{id}/device_runs/{run}/artifacts/{type:int}/", DownloadArtifact);
        api.MapGet("/job_summaries/", ListSummaries);
    }

    private static async Task<IResult> CreateAsync(HttpRequest request, EmulatorState state, JobSubmission submission, FaultBoard faults)
    {
        var entry = submission.Accept(await ProtobufBody.ReadAsync(request, Job.Parser));
        if (faults.TakeForJob(JobMessage.TypeOf(entry.Wire)) is { } fault)
        {
            state.Jobs.Change(entry.Id, e => fault.Kind == FaultKind.JobStuck ? e with { Held = true } : e with { Fails = fault.Text ?? "Emulated failure." });
        }

        return Created.Of(entry.Id, entry.Created);
    }

    private static IResult List(HttpRequest request, EmulatorState state)
    {
        var all = JobFilter.Of(request, state);
        return ProtobufBody.Of(new JobList { Jobs = { Page.Of(request).Take(all).Select(e => e.Wire) }, TotalQueryCount = (ulong)all.Count });
    }

    private static IResult ListSummaries(HttpRequest request, EmulatorState state)
    {
        var all = JobFilter.Of(request, state);
        return ProtobufBody.Of(new JobSummaryList { JobSummaries = { Page.Of(request).Take(all).Select(e => new JobMessage(e.Wire).Summarize()) }, TotalQueryCount = (ulong)all.Count });
    }

    private static async Task<IResult> RenameAsync(string id, HttpRequest request, EmulatorState state, EmulatorOptions options)
    {
        var update = await ProtobufBody.ReadAsync(request, JobPublicUpdate.Parser);
        if (update.HasName)
        {
            state.Jobs.Change(id, e => Renamed(e, Names.Checked(update.Name)));
        }

        return Created.Of(id, options.Time.GetUtcNow());
    }

    private static JobEntry Renamed(JobEntry entry, string name)
    {
        var job = entry.Wire.Clone();
        new JobMessage(job).Name = name;
        return entry with { Wire = job };
    }

    private static IResult DownloadModel(string id, EmulatorState state, PresignedUrls urls)
    {
        var target = new JobMessage(state.Jobs.Required(id).Wire).Get<Model>("target_model") ?? throw Refusal.NotFound();
        return Downloads.Of(state.Models.Required(target.ModelId).Asset, target.ModelId, urls);
    }

    /// <summary>Every job ran once: run 1 is the latest.</summary>
    private static IResult DownloadArtifact(string id, string run, int type, EmulatorState state, PresignedUrls urls)
    {
        var log = run is "latest" or "1" ? RunLogs.Of(state, state.Jobs.Required(id), type) : null;
        return log is null ? throw Refusal.NotFound() : ProtobufBody.Of(new FileDownloadURL { Url = urls.For("GET", $"logs/{id}/{type}"), Filename = log.FileName });
    }
}
