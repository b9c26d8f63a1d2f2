using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.QaiHub.Data;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/qaihub/datasets</c>: data for calibration and for running models.</summary>
internal static class QaiHubDataApi
{
    public static void MapQaiHubData(this RouteGroupBuilder hub)
    {
        var data = hub.MapGroup("/datasets");
        data.MapGet("", ListAsync).Produces<PageDto<HubDatasetDto>>().Fails(409, 502).Describe("List data sets", "The newest data sets of this account, also those that inference jobs made.");
        data.MapPost("", MakeAsync).Accepts<HubDatasetWishDto>("application/json").Produces<HubDatasetDto>(201).Fails(400, 409, 415, 502)
            .Describe("Make a data set", "From .npz and .npy files, from pictures, or of random numbers; files are uploaded by /api/qaihub/models/uploads first. Random numbers show whether something runs, not how good it is.");
        data.MapGet("/{id}", GetAsync).Produces<HubDatasetDto>().Fails(404, 409, 502).Describe("Get a data set", "With how it was made, where this dashboard made it.");
        data.MapGet("/{id}/file", FileAsync).Produces(200, contentType: "application/octet-stream").Fails(404, 409, 502).WithMetadata(new Sandboxed())
            .Describe("Download a data set", "The service's own HDF5 file, as it is: nothing here reads it.");
        data.MapDelete("/{id}", RemoveAsync).Produces(204).Fails(404, 409, 502).Describe("Remove from the list", "The service itself cannot delete a data set: it keeps it until it expires, and its id works until then.");
    }

    private static async Task<IResult> ListAsync(IHubData data, CancellationToken cancel)
    {
        var list = await data.ListAsync(cancel);
        return list.Problem is { } problem ? QaiHubApi.Fail(problem) : TypedResults.Ok(new PageDto<HubDatasetDto>([.. list.Items.Select(HubDatasetDto.From)], null));
    }

    private static async Task<IResult> MakeAsync(HttpContext context, IHubData data)
    {
        var (body, unreadable) = await JsonBody.ReadAsync<HubDatasetWishDto>(context);
        if (body is null)
        {
            return unreadable!;
        }

        var (order, wrong) = body.Read();
        if (order is null)
        {
            return ProblemResults.Invalid(wrong!);
        }

        var (made, problem) = await data.MakeAsync(order, context.RequestAborted);
        return made is null ? QaiHubApi.Fail(problem!) : TypedResults.Created($"/api/qaihub/datasets/{made.Id}", HubDatasetDto.From(made));
    }

    private static async Task<IResult> GetAsync(string id, IHubData data, CancellationToken cancel)
    {
        var (found, problem) = await data.FindAsync(id, cancel);
        return found is null ? QaiHubApi.Fail(problem!) : TypedResults.Ok(HubDatasetDto.From(found));
    }

    private static async Task<IResult> FileAsync(string id, IHubData data, CancellationToken cancel)
    {
        var (content, problem) = await data.OpenAsync(id, cancel);
        return content is null ? QaiHubApi.Fail(problem!) : TypedResults.File(content, "application/octet-stream", $"{id}.h5");
    }

    private static async Task<IResult> RemoveAsync(string id, IHubData data, CancellationToken cancel) =>
        await data.RemoveAsync(id, cancel) is { } problem ? QaiHubApi.Fail(problem) : TypedResults.NoContent();
}
