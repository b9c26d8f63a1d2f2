using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.QaiHub;
using Microsoft.AspNetCore.Mvc;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/qaihub</c>: Qualcomm AI Hub, or its emulator, through this dashboard.</summary>
internal static class QaiHubApi
{
    public static void MapQaiHub(this RouteGroupBuilder api)
    {
        var hub = api.MapGroup("/qaihub").WithTags("QAI Hub");
        hub.MapGet("/status", async (IQaiHub all, CancellationToken cancel) => TypedResults.Ok(HubStatusDto.From(await all.CheckAsync(cancel))))
            .Describe("Connection", "Looks at configuration, host, clock, version and token now; each check that is not well has its remedy. source says whether this is the service or the emulator.");
        hub.MapGet("/settings", (IQaiHub all) => TypedResults.Ok(HubSettingsDto.From(all.Settings))).Describe("Settings", "Host, where the token was found and its last characters; never the token.");
        hub.MapPut("/settings", PutSettingsAsync).Accepts<HubSettingsWishDto>("application/json").Produces<HubSettingsDto>().Fails(400, 409, 415)
            .Describe("Set host or token", "What is left out or null stays; an empty string goes back to the default. The token is kept in protected form and never given out.");
        hub.MapGet("/devices", DevicesAsync).Produces<IReadOnlyList<HubDeviceDto>>().Fails(400, 409, 502)
            .Describe("List devices", "The catalogue as a bare array; every filter is optional and ignores case. os is a system, its version, or both; hexagon may end in + for that version and newer ones.");
        MapModels(hub);
        hub.MapQaiHubJobs();
        hub.MapQaiHubData();
        hub.MapZoo();
    }

    /// <summary>The service was asked and did not do it: 404 and 400 as usual; 429 when there is no room for it now; 409 without a connection; else 502, as it is not this dashboard that failed.</summary>
    internal static IResult Fail(Problem problem) => problem switch
    {
        { Code: "job_unknown" or "model_unknown" or "dataset_unknown" or "transfer_unknown" or "log_missing" } => ProblemResults.NotFound(problem),
        { Code: "artifact_removed" } => ProblemResults.Result(StatusCodes.Status410Gone, problem),
        { Code: "upload_too_large" } => ProblemResults.Result(StatusCodes.Status413PayloadTooLarge, problem),
        { Code: "qaihub_rate_limited" } or { RetryAfter: not null } => ProblemResults.Result(StatusCodes.Status429TooManyRequests, problem),
        { Code: "qaihub_bad_request" or "qaihub_check_failed" or "qaihub_bad_model" or "qaihub_device_not_available" or "check_failed" or "model_invalid" } => ProblemResults.Invalid(problem),
        { Code: "qaihub_not_connected" or "qaihub_token_refused" or "qaihub_conflict" } => ProblemResults.Result(StatusCodes.Status409Conflict, problem),
        { Code: var code } when code.StartsWith("qaihub_", StringComparison.Ordinal) && code != "qaihub_emulated" => ProblemResults.Result(StatusCodes.Status502BadGateway, problem),
        _ => CommandResults.FromCommand(problem, TypedResults.NoContent()),
    };

    private static void MapModels(RouteGroupBuilder hub)
    {
        hub.MapGet("/models", ListModelsAsync).Produces<PageDto<HubModelDto>>().Fails(409, 502).Describe("List models", "The newest models of this account, uploaded ones and those that jobs made.");
        hub.MapGet("/models/{id}", GetModelAsync).Produces<HubModelDto>().Fails(404, 409, 502).Describe("Get a model", "One model by its id.");
        hub.MapPost("/models/uploads", UploadAsync).Accepts<Stream>("application/octet-stream").Produces<UploadDto>().Fails(400, 413, 429).WithMetadata(new DisableRequestSizeLimitAttribute())
            .Describe("Upload a file", "The body is the file; name is its name. With upload a further file is added: the weights of an ONNX model. Nothing goes to the service yet.");
        hub.MapPost("/models", SendAsync).Accepts<HubSendDto>("application/json").Produces<HubTransferDto>(202).Fails(400, 409, 415)
            .Describe("Send an upload", "Checks what was uploaded (an .onnx file with its weights, a .zip of its folder, TorchScript or .tflite) and sends it to the service; the transfer goes on by itself.");
        hub.MapGet("/transfers", (IQaiHub all) => TypedResults.Ok(all.Current.Transfers.Select(HubTransferDto.From).ToList())).Describe("List transfers", "Uploads and downloads, newest first, and those that ended lately.");
        hub.MapPost("/transfers/{id}/resume", (string id, IQaiHub all) => all.Resume(id) is { } problem ? Fail(problem) : TypedResults.NoContent())
            .Produces(204).Fails(404, 409).Describe("Resume an upload", "A failed or interrupted upload goes on where it was.");
        hub.MapPost("/transfers/{id}/cancel", (string id, IQaiHub all) => all.Cancel(id) is { } problem ? Fail(problem) : TypedResults.NoContent())
            .Produces(204).Fails(404, 409).Describe("Cancel an upload", "What was sent is forgotten.");
    }

    private static async Task<IResult> ListModelsAsync(IQaiHub hub, CancellationToken cancel)
    {
        var models = await hub.ModelsAsync(cancel);
        return models.Problem is { } problem ? Fail(problem) : TypedResults.Ok(new PageDto<HubModelDto>([.. models.Items.Select(HubModelDto.From)], null));
    }

    private static async Task<IResult> GetModelAsync(string id, IQaiHub hub, CancellationToken cancel)
    {
        var (model, problem) = await hub.ModelAsync(id, cancel);
        return model is null ? Fail(problem!) : TypedResults.Ok(HubModelDto.From(model));
    }

    private static async Task<IResult> PutSettingsAsync(HttpContext context, IQaiHub hub)
    {
        var (body, wrong) = await JsonBody.ReadAsync<HubSettingsWishDto>(context);
        return body is null ? wrong!
            : await hub.SaveAsync(new HubSettingsWish(body.Host, body.Token), context.RequestAborted) is { } problem ? CommandResults.FromCommand(problem, TypedResults.NoContent())
            : TypedResults.Ok(HubSettingsDto.From(hub.Settings));
    }

    private static async Task<IResult> DevicesAsync(HttpContext context, IQaiHub hub)
    {
        var (filter, wrong) = HubDeviceQuery.Read(context.Request.Query);
        if (filter is null)
        {
            return ProblemResults.Invalid(wrong!);
        }

        var catalogue = await hub.DevicesAsync(now: false, context.RequestAborted);
        return catalogue is { Devices.IsEmpty: true, Problem: { } problem } ? Fail(problem) : TypedResults.Ok(filter.Apply(catalogue.Devices).Select(d => HubDeviceDto.From(d, hub.InMesh(d))).ToList());
    }

    private static async Task<IResult> UploadAsync(string? name, string? upload, HttpContext context, IQaiHub hub)
    {
        var (kept, problem) = await hub.ReceiveAsync(upload, name ?? "", context.Request.Body, context.RequestAborted);
        return problem is not null ? Fail(problem) : TypedResults.Ok(new UploadDto(kept!.Id, [.. kept.Files.Select(f => f.Name)], kept.Bytes));
    }

    private static async Task<IResult> SendAsync(HttpContext context, IQaiHub hub)
    {
        var (body, wrong) = await JsonBody.ReadAsync<HubSendDto>(context);
        if (body is null)
        {
            return wrong!;
        }

        var (transfer, problem) = await hub.SendAsync(body.Upload ?? "", body.Name ?? "", context.RequestAborted);
        return transfer is null ? Fail(problem!) : TypedResults.Accepted("/api/qaihub/transfers", HubTransferDto.From(transfer));
    }
}
