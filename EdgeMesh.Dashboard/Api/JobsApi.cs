using System.Security.Claims;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.Storage.Artifacts;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/jobs</c>: submit, look, cancel, re-run, delete.</summary>
internal static class JobsApi
{
    public static void MapJobs(this RouteGroupBuilder api)
    {
        var jobs = api.MapGroup("/jobs").WithTags("Jobs");
        jobs.MapPost("", SubmitAsync).Needs(Scopes.Run).Accepts<JobRequest>("application/json").Produces<IdDto>(202).Fails(400, 409, 413, 415, 422, 429, 503)
            .Describe("Submit a job", "Stores and starts it; the answer comes when it is stored. Location is the job's address. With the header Idempotency-Key (at most 128 visible ASCII characters) the same request may be sent again for 24 hours and stays one job.");
        jobs.MapGet("", ListAsync).Produces<PageDto<JobRowDto>>().Fails(400)
            .Describe("List jobs", "The history, newest first. Filters: state, kind, device (id), text (part of the title or id).");
        jobs.MapGet("/{id}", GetAsync).Produces<JobDto>().Fails(404).Describe("Get a job", "The job as it is now, with every task, attempt and receipt.");
        jobs.MapGet("/{id}/events", JobEventsApi.StreamAsync).Produces<string>(200, "text/event-stream").Fails(400, 404)
            .Describe("Follow a job", "Server-sent events: every event of its journal, stored ones first, then live ones; ends after JobEnded. Last-Event-ID resumes.");
        jobs.MapPost("/{id}/cancel", CancelAsync).Needs(Scopes.Run).Produces(202).Fails(404, 409, 503)
            .Describe("Cancel a job", "Asks to cancel; the job ends as Cancelled when its devices have stopped.");
        jobs.MapPost("/{id}/rerun", RerunAsync).Needs(Scopes.Run).Produces<IdDto>(202).Fails(404, 422, 429, 503).Describe("Re-run a job", "The same request as a new job.");
        jobs.MapDelete("/{id}", DeleteAsync).Produces(204).Fails(404, 409).Describe("Delete a job", "Removes a finished job, its events and artifacts.");
        jobs.MapGet("/{id}/artifacts/{name}", ArtifactAsync).Produces(200, contentType: "application/octet-stream").Fails(404, 410).WithMetadata(new Sandboxed())
            .Describe("Get an artifact", "The bytes of a file that the job made. 410 when it was removed to make room.");
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, IJobs jobs)
    {
        var (request, wrong) = await JsonBody.ReadJobRequestAsync(context);
        if (request is null)
        {
            return wrong!;
        }

        var (once, badKey) = IdempotencyKey.Read(context.Request, context.User, request);
        return badKey is not null ? ProblemResults.Invalid(badKey)
            : Answer(await (once is null ? jobs.SubmitAsync(request, context.RequestAborted) : jobs.SubmitAsync(request, once, context.RequestAborted)));
    }

    private static async Task<IResult> ListAsync(HttpContext context, IJobs jobs)
    {
        var (query, wrong) = JobQueryReader.Read(context.Request.Query);
        if (query is null)
        {
            return ProblemResults.Invalid(wrong!);
        }

        var page = await jobs.ListAsync(query, context.RequestAborted);
        return TypedResults.Ok(new PageDto<JobRowDto>([.. page.Items.Select(JobRowDto.From)], page.NextCursor));
    }

    private static Task<IResult> GetAsync(string id, IJobs jobs, CancellationToken cancel) =>
        WithJobAsync(id, jobs, job => Task.FromResult<IResult>(TypedResults.Ok(JobDto.From(job))), cancel);

    private static Task<IResult> CancelAsync(string id, ClaimsPrincipal user, IJobs jobs, CancellationToken cancel) =>
        WithJobAsync(id, jobs, async job => CommandResults.FromCommand(await jobs.CancelAsync(job.Id, user.KeyName(), cancel), TypedResults.StatusCode(202)), cancel);

    private static Task<IResult> RerunAsync(string id, IJobs jobs, CancellationToken cancel) =>
        WithJobAsync(id, jobs, async job => Answer(await jobs.RerunAsync(job.Id, cancel)), cancel);

    private static Task<IResult> DeleteAsync(string id, IJobs jobs, CancellationToken cancel) =>
        WithJobAsync(id, jobs, async job => CommandResults.FromCommand(await jobs.DeleteAsync(job.Id, cancel), TypedResults.NoContent()), cancel);

    private static Task<IResult> ArtifactAsync(string id, string name, IJobs jobs, CancellationToken cancel) => WithJobAsync(
        id,
        jobs,
        async job =>
        {
            if (Artifacts(job).FirstOrDefault(a => a.Name == name) is not { } artifact)
            {
                return ProblemResults.NotFound(ApiProblems.ArtifactUnknown(name));
            }

            // As a download, of a type that cannot carry a script: what a model made is never run as a page of this site.
            return await jobs.OpenArtifactAsync(job.Id, name, cancel) is { } bytes
                ? TypedResults.Stream(bytes, ArtifactNames.ContentType(artifact.ContentType), artifact.Name, enableRangeProcessing: bytes.CanSeek)
                : ProblemResults.Result(StatusCodes.Status410Gone, ApiProblems.ArtifactRemoved(name));
        },
        cancel);

    private static IEnumerable<ArtifactRef> Artifacts(JobView job) =>
        (job.Result?.Artifacts ?? []).Concat(job.Tasks.SelectMany(t => t.Attempts).SelectMany(a => a.Output.Artifacts));

    private static async Task<IResult> WithJobAsync(string id, IJobs jobs, Func<JobView, Task<IResult>> answer, CancellationToken cancel) =>
        JobId.TryParse(id, out var job) && await jobs.GetAsync(job, cancel) is { } view ? await answer(view) : ProblemResults.NotFound(ApiProblems.JobUnknown(id));

    private static IResult Answer(SubmitOutcome outcome) => outcome switch
    {
        { Id: { } id } => TypedResults.Accepted($"/api/jobs/{id}", new IdDto(id)),
        { Refused: { } refusal } => CommandResults.Refused(refusal),
        _ => ProblemResults.Invalid(outcome.Invalid),
    };
}

public sealed record IdDto(JobId Id);
