using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.Trust;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/join-requests</c> and <c>/api/lan</c>: who may come in, and by which door.</summary>
internal static class TrustApi
{
    public static void MapTrustApi(this RouteGroupBuilder api)
    {
        var requests = api.MapGroup("/join-requests").WithTags("Devices");
        requests.MapGet("", (IJoinRequests all) => TypedResults.Ok(new PageDto<JoinRequestDto>([.. all.Current.Select(JoinRequestDto.From)], null)))
            .Describe("List join requests", "New devices that ask to join without a token. Names and addresses prove nothing: compare the key with the one on the device's screen.");
        requests.MapPost("/{id}/approve", async (string id, IJoinRequests all, CancellationToken cancel) =>
            Answer(DeviceId.TryParse(id, out var device) ? await all.ApproveAsync(device, cancel) : JoinRequests.Gone(id)))
            .Produces(204).Fails(404).Describe("Approve a join request", "The device comes by itself within seconds.");
        requests.MapPost("/{id}/refuse", async (string id, IJoinRequests all) =>
            Answer(DeviceId.TryParse(id, out var device) ? await all.RefuseAsync(device) : JoinRequests.Gone(id)))
            .Produces(204).Fails(404).Describe("Refuse a join request", "The device is told, and may ask again after a quarter of an hour.");

        var lan = api.MapGroup("/lan").WithTags("Settings");
        lan.MapGet("", (ILanAccess access) => TypedResults.Ok(LanDto.From(access.Current)))
            .Describe("LAN access", "Whether the TLS port for other machines is open, its addresses, and the fingerprints of the CA and of the server's key.");
        lan.MapPost("/open", (ILanAccess access, CancellationToken cancel) => SwitchAsync(access, true, cancel)).Produces<LanDto>().Fails(409)
            .Describe("Open LAN access", "Opens the TLS port now and at later starts.");
        lan.MapPost("/close", (ILanAccess access, CancellationToken cancel) => SwitchAsync(access, false, cancel)).Produces<LanDto>().Fails(409)
            .Describe("Close LAN access", "Closes the TLS port and cuts what is connected there.");
        lan.MapPost("/authority/replace", ReplaceAsync).Produces<LanDto>()
            .Describe("Replace the mesh's CA", "A new CA issues from now on. Links and jobs go on; linked devices fetch new certificates at once, others at their next renewal.");
    }

    private static IResult Answer(Problem? refusal) => refusal is null ? TypedResults.NoContent() : ProblemResults.NotFound(refusal);

    private static async Task<IResult> SwitchAsync(ILanAccess access, bool open, CancellationToken cancel) =>
        CommandResults.FromCommand(await access.SetAsync(open, cancel), TypedResults.Ok(LanDto.From(access.Current)));

    private static async Task<IResult> ReplaceAsync(IAuthorityRotation rotation, ILanAccess access, CancellationToken cancel)
    {
        await rotation.RotateAsync(cancel);
        return TypedResults.Ok(LanDto.From(access.Current));
    }
}

/// <param name="Key">The first characters of its key's thumbprint, as on the device's own screen.</param>
/// <param name="Code">Six digits, as on the device's own screen; null for the first second. Approve it only when both are the same.</param>
public sealed record JoinRequestDto(DeviceId Id, string Key, string Name, string Address, string AgentVersion, DateTimeOffset AskedAt, string? Code)
{
    public static JoinRequestDto From(JoinRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return new(request.Id, request.Id.Short, request.Name, request.Address, request.AgentVersion, request.AskedAt, request.Code);
    }
}

/// <param name="CaFingerprint">SHA-256 of the CA's public key, hexadecimal.</param>
/// <param name="ServerPin">SHA-256 of the server's public key, base64, as <c>curl --pinnedpubkey sha256//…</c> wants it.</param>
/// <param name="Fixed">The command line or configuration decides, so that it cannot be switched here.</param>
public sealed record LanDto(bool Open, int Port, IReadOnlyList<string> Addresses, string CaFingerprint, string ServerPin, bool Fixed)
{
    public static LanDto From(LanState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new(state.Enabled, state.Port, [.. state.Addresses.Select(a => a.GetLeftPart(UriPartial.Authority))], state.Authority.Value, state.ServerPin.Base64, state.Fixed);
    }
}
