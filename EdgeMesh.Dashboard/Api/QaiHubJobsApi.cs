using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.QaiHub;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/qaihub/jobs</c>: tracked jobs of the service, their results, and the way of a result to devices of the mesh.</summary>
internal static class QaiHubJobsApi
{
    public static void MapQaiHubJobs(this RouteGroupBuilder hub)
    {
        var jobs = hub.MapGroup("/jobs");
        jobs.MapGet("", List).Produces<PageDto<HubJobDto>>().Fails(400).Describe("List tracked jobs", "Newest first, as the tracker knows them: those of this dashboard and those made elsewhere. state is running, done or failed; kind is that of the job.");
        jobs.MapPost("", SubmitAsync).Accepts<HubJobWishDto>("application/json").Produces<HubJobDto>(202).Fails(400, 409, 415, 429, 502)
            .Describe("Submit a job", "kind compile, profile, inference, quantize or link. A compile job with profile set is followed by a profile job when it is done, even if the dashboard was started again meanwhile.");
        jobs.MapGet("/{id}", GetAsync).Produces<HubJobDto>().Fails(404, 409, 502).Describe("Get a job", "With its steps, failure and remedy, and the figures of a profile job.");
        jobs.MapGet("/{id}/artifact", ArtifactAsync).Produces(200, contentType: "application/octet-stream").Fails(404, 409, 410, 502).WithMetadata(new Sandboxed())
            .Describe("Download the result", "The compiled model: fetched from the service and checked the first time, then from the dashboard's disk.");
        jobs.MapGet("/{id}/devices", PlacesAsync).Produces<IReadOnlyList<HubPlaceDto>>().Fails(404, 409, 502).Describe("Where the result fits", "Every device of the mesh with whether the result may go there, and why.");
        jobs.MapPost("/{id}/deploy", DeployAsync).Accepts<HubDeployDto>("application/json").Produces<IReadOnlyList<TransferDto>>(202).Fails(400, 404, 409, 415, 502)
            .Describe("Deploy the result", "Puts it into the model stores of devices; the transfers are those of /api/models/transfers.");
    }

    private static IResult List(HttpContext context, IQaiHub hub)
    {
        var (state, kind) = (context.Request.Query["state"].ToString(), context.Request.Query["kind"].ToString());
        if (state.Length > 0 && state.ToLowerInvariant() is not ("running" or "done" or "failed"))
        {
            return Problems.Invalid(ApiProblems.ParameterWrong("state", state, "running, done or failed"));
        }

        if (kind.Length > 0 && !Enum.TryParse<HubJobKind>(kind, ignoreCase: true, out _) | int.TryParse(kind, out _))
        {
            return Problems.Invalid(ApiProblems.ParameterWrong("kind", kind, "compile, profile, inference, quantize or link"));
        }

        var items = hub.Current.Jobs.Items
            .Where(j => kind.Length == 0 || j.Kind.ToString().Equals(kind, StringComparison.OrdinalIgnoreCase))
            .Where(j => state.Length == 0 || (state.Equals("running", StringComparison.OrdinalIgnoreCase) ? !j.IsOver : j.State.ToString().Equals(state, StringComparison.OrdinalIgnoreCase)));
        return TypedResults.Ok(new PageDto<HubJobDto>([.. items.Select(HubJobDto.From)], null));
    }

    private static async Task<IResult> SubmitAsync(HttpContext context, IQaiHub hub)
    {
        var (body, wrong) = await JsonBody.ReadAsync<HubJobWishDto>(context);
        if (body is null)
        {
            return wrong!;
        }

        var (order, mistake) = body.Read();
        if (order is null)
        {
            return Problems.Invalid(mistake!);
        }

        var (job, problem) = await hub.SubmitAsync(order, context.RequestAborted);
        return job is null ? QaiHubApi.Fail(problem!) : TypedResults.Accepted($"/api/qaihub/jobs/{job.Id}", HubJobDto.From(job));
    }

    private static async Task<IResult> GetAsync(string id, IQaiHub hub, CancellationToken cancel)
    {
        var (job, problem) = await hub.JobAsync(id, cancel);
        return job is null ? QaiHubApi.Fail(problem!) : TypedResults.Ok(HubJobDto.From(job));
    }

    private static async Task<IResult> ArtifactAsync(string id, IQaiHub hub, CancellationToken cancel)
    {
        var (artifact, problem) = await hub.DownloadAsync(id, cancel);
        if (artifact is null)
        {
            return QaiHubApi.Fail(problem!);
        }

        var (content, name) = hub.OpenArtifact(id);
        return content is null ? QaiHubApi.Fail(HubProblems.Gone()) : TypedResults.Stream(content, "application/octet-stream", name, enableRangeProcessing: true);
    }

    private static async Task<IResult> PlacesAsync(string id, IQaiHub hub, CancellationToken cancel)
    {
        var (job, problem) = await hub.JobAsync(id, cancel);
        if (job is null)
        {
            return QaiHubApi.Fail(problem!);
        }

        await hub.DevicesAsync(now: false, cancel);
        return TypedResults.Ok(hub.Places(id).Select(HubPlaceDto.From).ToList());
    }

    private static async Task<IResult> DeployAsync(string id, HttpContext context, IQaiHub hub)
    {
        var (body, wrong) = await JsonBody.ReadAsync<HubDeployDto>(context);
        if (body is null)
        {
            return wrong!;
        }

        var devices = ImmutableArray.CreateBuilder<DeviceId>();
        foreach (var text in body.DeviceIds ?? [])
        {
            if (!DeviceId.TryParse(text, out var device))
            {
                return Problems.Invalid(Models.ModelProblems.DeviceUnknown(text));
            }

            devices.Add(device);
        }

        var (transfers, problem) = await hub.DeployAsync(id, devices.ToImmutable(), context.RequestAborted);
        return problem is not null ? QaiHubApi.Fail(problem) : TypedResults.Accepted("/api/models/transfers", transfers.Select(TransferDto.From).ToList());
    }
}
