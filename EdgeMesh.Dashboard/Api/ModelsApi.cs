using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/models</c>: which model is where, what would fit, get, relay, remove.</summary>
internal static class ModelsApi
{
    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models.MapGet("", List).Produces<ModelsDto>().Describe("List models", "Every model of the mesh and the devices that have it, as known now; and the room in their stores.");
        models.MapPost("/preview", PreviewAsync).Needs(Scopes.Read).Accepts<ModelOrderDto>("application/json").Produces<IReadOnlyList<ForecastDto>>().Fails(400, 415)
            .Describe("Preview an install", "What it would take on each device: files, bytes, disk and an estimate of memory. Nothing is fetched.");
        models.MapPost("/install", InstallAsync).Accepts<ModelOrderDto>("application/json").Produces<IReadOnlyList<TransferDto>>(202).Fails(400, 409, 415, 429)
            .Describe("Install a model", "Starts a transfer to each device. With several devices one fetches the model and the others get it from there, over the links.");
        models.MapGet("/transfers", (IModels all) => TypedResults.Ok(all.Current.Transfers.Select(TransferDto.From).ToList()))
            .Describe("List transfers", "Models on their way, newest first, and those that ended lately.");
        models.MapPost("/transfers/{id}/cancel", Cancel).Produces(204).Fails(404, 409).Describe("Cancel a transfer", "What was fetched is kept on the device for the next time.");
        models.MapPost("/uploads", UploadAsync).Accepts<Stream>("application/octet-stream").Produces<UploadDto>().Fails(400, 413, 429).WithMetadata(new DisableRequestSizeLimitAttribute())
            .Describe("Upload a file", "The body is the file; name is its name. An archive (.zip, .tar, .tar.gz) is unpacked when it is installed. With upload a further file is added to that upload.");
        models.MapDelete("/{deviceId}/{modelId}", RemoveAsync).Produces(204).Fails(404, 409).Describe("Remove a model", "From a device's store. Files that another model uses stay. What somebody else put into an engine goes with confirm=true only.");
    }

    private static Ok<ModelsDto> List(IFleet fleet, IModels models)
    {
        var now = models.Current;
        return TypedResults.Ok(new ModelsDto(
            [.. ModelMatrix.Of(fleet.Current, now).Select(MeshModelDto.From)],
            [.. now.Stores.Values.OrderBy(s => s.Device.Value, StringComparer.Ordinal).Select(s => new StoreDto(s.Device, s.DiskFreeBytes, s.ReadAt, s.Problem))]));
    }

    private static async Task<IResult> PreviewAsync(HttpContext context, IModels models)
    {
        var (order, wrong) = await JsonBody.ReadModelOrderAsync(context);
        if (order is null)
        {
            return wrong!;
        }

        var (forecasts, problem) = await models.PreviewAsync(order, context.RequestAborted);
        return problem is null ? TypedResults.Ok(forecasts.Select(ForecastDto.From).ToList()) : CommandResults.FromCommand(problem, TypedResults.NoContent());
    }

    private static async Task<IResult> InstallAsync(HttpContext context, IModels models)
    {
        var (order, wrong) = await JsonBody.ReadModelOrderAsync(context);
        if (order is null)
        {
            return wrong!;
        }

        var (transfers, problem) = await models.InstallAsync(order, context.RequestAborted);
        return problem is null ? TypedResults.Accepted("/api/models/transfers", transfers.Select(TransferDto.From).ToList()) : CommandResults.FromCommand(problem, TypedResults.NoContent());
    }

    private static IResult Cancel(string id, IModels models) => models.Cancel(id) switch
    {
        { Code: "transfer_unknown" } unknown => ProblemResults.NotFound(unknown),
        var refusal => CommandResults.FromCommand(refusal, TypedResults.NoContent()),
    };

    private static async Task<IResult> UploadAsync(string? name, string? upload, HttpContext context, IModels models)
    {
        var (kept, problem) = await models.UploadAsync(upload, name ?? "", context.Request.Body, context.RequestAborted);
        return problem is { Code: "upload_too_large" } ? ProblemResults.Result(StatusCodes.Status413PayloadTooLarge, problem)
            : problem is not null ? ProblemResults.Invalid(problem)
            : TypedResults.Ok(new UploadDto(kept!.Id, [.. kept.Files.Select(f => f.Path)], kept.Bytes));
    }

    private static async Task<IResult> RemoveAsync(string deviceId, string modelId, bool? confirm, IFleet fleet, IModels models, CancellationToken cancel)
    {
        if (!DeviceId.TryParse(deviceId, out var device) || fleet.Current.Find(device) is null)
        {
            return ProblemResults.NotFound(ApiProblems.DeviceUnknown(deviceId));
        }

        var problem = await models.RemoveAsync(device, modelId, confirm == true, cancel);
        return problem is { Code: "model_unknown" } ? ProblemResults.NotFound(problem) : CommandResults.FromCommand(problem, TypedResults.NoContent());
    }
}
