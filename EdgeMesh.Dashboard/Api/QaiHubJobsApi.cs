using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.QaiHub;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/qaihub/jobs</c>: tracked jobs of the service, their results, and the way of a result to devices of the mesh.</summary>
internal static class QaiHubJobsApi
{
    public static void MapQaiHubJobs(this RouteGroupBuilder hub)
    {
        var jobs = hub.MapGroup("/jobs");
        jobs.MapGet("", ListAsync).Produces<PageDto<HubJobDto>>().Fails(400, 409, 502)
            .Describe("List jobs", "Newest first: the account's own jobs, those of this dashboard and those made elsewhere. state is running, waiting, done or failed; kind is that of the job. limit is 1 to 500; give nextCursor as cursor for older ones, which are read from the service when they are wanted. everyone=true lists the jobs of the whole organization, which are not tracked.");
        jobs.MapPost("", SubmitAsync).Accepts<HubJobWishDto>("application/json").Produces<HubJobDto>(202).Fails(400, 409, 415, 429, 502)
            .Describe("Submit a job", "kind compile, profile, inference, quantize or link. When the service has too many jobs, the job's state is WaitingForPlace until it is taken, and its id leads to the job then. A compile job with profile set is followed by a profile job when it is done, even if the dashboard was started again meanwhile.");
        jobs.MapGet("/{id}", GetAsync).Produces<HubJobDto>().Fails(404, 409, 502).Describe("Get a job", "With its steps, failure and remedy, and the figures of a profile job.");
        jobs.MapGet("/{id}/artifact", ArtifactAsync).Produces(200, contentType: "application/octet-stream").Fails(404, 409, 410, 502).WithMetadata(new Sandboxed())
            .Describe("Download the result", "The compiled model: fetched from the service and checked the first time, then from the dashboard's disk.");
        jobs.MapGet("/{id}/logs/{log}", LogAsync).Produces(200, contentType: "text/plain").Fails(400, 404, 409, 502).WithMetadata(new Sandboxed())
            .Describe("Download a log", "log is hub, device or trace; it is fetched from the service each time.");
        jobs.MapGet("/{id}/devices", PlacesAsync).Produces<IReadOnlyList<HubPlaceDto>>().Fails(404, 409, 502).Describe("Where the result fits", "Every device of the mesh with whether the result may go there, and why.");
        jobs.MapPost("/{id}/deploy", DeployAsync).Accepts<HubDeployDto>("application/json").Produces<IReadOnlyList<TransferDto>>(202).Fails(400, 404, 409, 415, 429, 502)
            .Describe("Deploy the result", "Puts it into the model stores of devices; the transfers are those of /api/models/transfers.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, IQaiHub hub)
    {
        var (query, wrong) = HubJobsQuery.Read(context.Request.Query);
        if (query is null)
        {
            return ProblemResults.Invalid(wrong!);
        }

        if (query.Everyone)
        {
            var (page, refused) = await hub.EverybodysJobsAsync(query.Offset, null, context.RequestAborted);
            return page is null ? QaiHubApi.Fail(refused!)
                : TypedResults.Ok(new PageDto<HubJobDto>([.. page.Items.Where(query.Fits).Select(HubJobDto.From)], query.Offset + page.Items.Length < page.Total && page.Items.Length > 0 ? $"{query.Offset + page.Items.Length}" : null));
        }

        await hub.RefreshAsync(context.RequestAborted);
        var items = Fitting(hub, query);
        if (items.Count < query.Offset + query.Limit && hub.Current.Jobs.Older > 0)
        {
            if (await hub.OlderJobsAsync(context.RequestAborted) is { } problem)
            {
                return QaiHubApi.Fail(problem);
            }

            items = Fitting(hub, query);
        }

        var shown = items.Skip(query.Offset).Take(query.Limit).ToList();
        var more = items.Count > query.Offset + query.Limit || (hub.Current.Jobs.Older > 0 && shown.Count > 0);
        return TypedResults.Ok(new PageDto<HubJobDto>([.. shown.Select(HubJobDto.From)], more ? $"{query.Offset + shown.Count}" : null));
    }

    private static List<TrackedJob> Fitting(IQaiHub hub, HubJobsQuery query) => [.. hub.Current.Jobs.Items.Where(j => !j.IsOfOther && query.Fits(j))];

    private static async Task<IResult> LogAsync(string id, string log, IQaiHub hub, CancellationToken cancel)
    {
        if (HubLogKind.Of(log) is not { } kind)
        {
            return ProblemResults.Invalid(ApiProblems.ParameterWrong("log", log, string.Join(", ", HubLogKind.All.Select(k => k.Key))));
        }

        var (content, name, problem) = await hub.LogAsync(id, kind, cancel);
        return content is null ? QaiHubApi.Fail(problem!) : TypedResults.Stream(content, "text/plain", name);
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
            return ProblemResults.Invalid(mistake!);
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
                return ProblemResults.Invalid(Models.ModelProblems.DeviceUnknown(text));
            }

            devices.Add(device);
        }

        var (transfers, problem) = await hub.DeployAsync(id, devices.ToImmutable(), context.RequestAborted);
        return problem is not null ? QaiHubApi.Fail(problem) : TypedResults.Accepted("/api/models/transfers", transfers.Select(TransferDto.From).ToList());
    }
}
