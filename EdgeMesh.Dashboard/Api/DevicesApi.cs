using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/devices</c>: the fleet.</summary>
internal static class DevicesApi
{
    public static void MapDevices(this RouteGroupBuilder api)
    {
        var devices = api.MapGroup("/devices").WithTags("Devices");
        devices.MapGet("", (IFleet fleet) => TypedResults.Ok(fleet.Current.Devices.Select(DeviceDto.From).ToList()))
            .Describe("List devices", "Every device of the mesh, in the order they joined, as it is known now.");
        devices.MapGet("/{id}", Get).Produces<DeviceDto>().Fails(404).Describe("Get a device", "One device as it is known now.");
        devices.MapPost("/{id}/drain", (string id, IFleet fleet, CancellationToken cancel) => CommandAsync(id, fleet, d => fleet.DrainAsync(d, cancel)))
            .Produces(204).Fails(404, 409).Describe("Drain a device", "It finishes what it has and takes nothing new.");
        devices.MapPost("/{id}/resume", (string id, IFleet fleet, CancellationToken cancel) => CommandAsync(id, fleet, d => fleet.ResumeAsync(d, cancel)))
            .Produces(204).Fails(404, 409).Describe("Resume a device", "Undoes a drain.");
        devices.MapPost("/{id}/prove", (string id, IFleet fleet, CancellationToken cancel) => CommandAsync(id, fleet, d => fleet.ProveAsync(d, cancel), TypedResults.StatusCode(StatusCodes.Status202Accepted)))
            .Produces(202).Fails(404, 409).Describe("Prove a device's accelerators again", "Each runs a small built-in model whose right answer is known. What comes of it is in the device's accelerators: provenAt, speed, status.");
        devices.MapPut("/{id}/engines/{runtimeId}", AllowAsync).Produces(204).Fails(400, 404, 409)
            .Describe("Allow an engine of another user", "An engine that another user of the device runs gets prompts after a yes only. uid is its owner's, as in the device's runtimes; allow=false takes the yes back. Kept on the device.");
        devices.MapPatch("/{id}", RenameAsync).Accepts<NameBody>("application/json").Produces<DeviceDto>().Fails(400, 404)
            .Describe("Rename a device", "Its name for people: 1 to 64 characters.");
        devices.MapDelete("/{id}", (string id, IFleet fleet, CancellationToken cancel) => CommandAsync(id, fleet, d => fleet.ForgetAsync(d, cancel)))
            .Produces(204).Fails(404, 409).Describe("Forget a device", "Cuts its link within a second; its history stays. To come back it needs a new join token.");
    }

    private static Task<IResult> AllowAsync(string id, string runtimeId, int uid, bool allow, IFleet fleet, CancellationToken cancel) =>
        CommandAsync(id, fleet, d => fleet.AllowEngineAsync(d, Uri.UnescapeDataString(runtimeId), uid, allow, cancel));

    private static IResult Get(string id, IFleet fleet) =>
        Known(id, fleet) is { } device ? TypedResults.Ok(DeviceDto.From(fleet.Current.Find(device)!)) : ProblemResults.NotFound(ApiProblems.DeviceUnknown(id));

    private static async Task<IResult> RenameAsync(string id, HttpContext context, IFleet fleet)
    {
        if (Known(id, fleet) is not { } device)
        {
            return ProblemResults.NotFound(ApiProblems.DeviceUnknown(id));
        }

        var (name, wrong) = await JsonBody.ReadNameAsync(context);
        if (wrong is not null)
        {
            return wrong;
        }

        var refusal = await fleet.RenameAsync(device, name, context.RequestAborted);
        return refusal is null ? Get(id, fleet) : CommandResults.FromCommand(refusal, TypedResults.NoContent());
    }

    private static async Task<IResult> CommandAsync(string id, IFleet fleet, Func<DeviceId, Task<Problem?>> command, IResult? done = null) =>
        Known(id, fleet) is { } device
            ? CommandResults.FromCommand(await command(device), done ?? TypedResults.NoContent())
            : ProblemResults.NotFound(ApiProblems.DeviceUnknown(id));

    private static DeviceId? Known(string id, IFleet fleet) =>
        DeviceId.TryParse(id, out var device) && fleet.Current.Find(device) is not null ? device : null;
}

/// <summary>A body with a name.</summary>
internal sealed record NameBody(string Name);
