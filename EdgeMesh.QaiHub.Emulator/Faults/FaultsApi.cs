using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.QaiHub.Emulator.Http;

namespace EdgeMesh.QaiHub.Emulator.Faults;

/// <summary><c>/emulator/faults/</c>: POST arms a fault, GET lists those that wait, DELETE clears them. JSON, and not part of the service's protocol.</summary>
internal static class FaultsApi
{
    public const string Root = "/emulator";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    public static void MapFaults(this IEndpointRouteBuilder routes)
    {
        var faults = routes.MapGroup($"{Root}/faults");
        faults.MapGet("/", (FaultBoard board) => Results.Json(board.Armed, Json));
        faults.MapDelete("/", (FaultBoard board) => board.Clear());
        faults.MapPost("/", ArmAsync);
    }

    private static async Task<IResult> ArmAsync(HttpRequest request, FaultBoard board)
    {
        try
        {
            board.Arm(await request.ReadFromJsonAsync<Fault>(Json, request.HttpContext.RequestAborted) ?? throw new JsonException("A fault is an object."));
            return Results.NoContent();
        }
        catch (Exception e) when (e is JsonException or ArgumentOutOfRangeException or InvalidOperationException)
        {
            throw new Refusal(StatusCodes.Status400BadRequest, e.Message);
        }
    }
}
