using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Enrolment;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/keys</c> and <c>/api/join-tokens</c>: what hands out secrets.</summary>
internal static class AccessApi
{
    private static readonly string[] DefaultScopes = ["read", "run"];

    public static void MapAccessApi(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("Access");
        keys.MapGet("", async (IApiKeys all, CancellationToken cancel) => TypedResults.Ok(new PageDto<KeyDto>([.. (await all.ListAsync(cancel)).Select(KeyDto.From)], null)))
            .Describe("List API keys", "Names, scopes and when they were last used; secrets are not stored.");
        keys.MapPost("", CreateKeyAsync).Accepts<NewKeyBody>("application/json").Produces<NewKeyDto>(201).Fails(400, 429).RequireRateLimiting(AccessSchemes.SecretsLimit)
            .Describe("Make an API key", "The secret is told this once. Scopes are read, run and admin; without any it gets read and run. Without expiresAt it does not end by itself.");
        keys.MapDelete("/{id:guid}", DeleteKeyAsync).Produces(204).Fails(404, 409)
            .Describe("Delete an API key", "Ends its sessions, circuits and streams within a second. The last key with the scope admin cannot be deleted; the key of admin.key only by itself, or with its secret in the header X-EdgeMesh-Proof.");
        var sessions = api.MapGroup("/sessions").WithTags("Access");
        sessions.MapGet("", (ISessions all) => TypedResults.Ok(new PageDto<SessionInfo>(all.List(), null))).Needs(Scopes.Admin)
            .Describe("List sessions", "The browsers that are signed in, the last seen first.");
        sessions.MapDelete("/{id:guid}", EndSessionAsync).Produces(204).Fails(404).Describe("End a session", "Its pages and streams end within a second.");
        api.MapAudit();
        api.MapPost("/join-tokens", CreateTokenAsync).WithTags("Devices").Produces<JoinTokenDto>().Fails(429).RequireRateLimiting(AccessSchemes.SecretsLimit)
            .Describe("Make a join token", "Single-use, for one new device, with ready-made commands to run there. The token is told this once.");
    }

    private static async Task<IResult> CreateKeyAsync(HttpContext context, IApiKeys keys, TimeProvider time)
    {
        var (body, wrong) = await JsonBody.ReadNewKeyAsync(context);
        if (body is null)
        {
            return wrong!;
        }

        var name = body.Name;
        if (name.Length is 0 or > ApiKeys.LongestName || name.Any(char.IsControl))
        {
            return ProblemResults.Invalid(new Problem(
                "name_invalid", "The name is not valid.", $"A name has 1 to {ApiKeys.LongestName} characters and no control characters.", "Give another name.", "name"));
        }

        if (body.Scopes is { Count: > 10 } || ScopeWords.Parse(body.Scopes ?? DefaultScopes) is not { } scopes)
        {
            return ProblemResults.Invalid(new Problem("scopes_invalid", "The scopes are not valid.", "A key has one or more of read, run and admin.", "Give a list of these words.", "scopes"));
        }

        if (body.ExpiresAt is { } end && end <= time.GetUtcNow())
        {
            return ProblemResults.Invalid(new Problem("expiry_invalid", "This end is over already.", $"expiresAt is {end.UtcDateTime:u}.", "Give a time that is still to come, or none.", "expiresAt"));
        }

        var made = await keys.CreateAsync(name, scopes, body.ExpiresAt, context.RequestAborted);
        return TypedResults.Created($"/api/keys/{made.Key.Id}", new NewKeyDto(made.Key.Id, made.Key.Name, made.Key.Prefix, made.Key.CreatedAt, made.Secret, made.Key.May.Words(), made.Key.ExpiresAt));
    }

    private static async Task<IResult> DeleteKeyAsync(Guid id, HttpContext context, IApiKeys keys)
    {
        // Not cancelled with the request: a deletion that began is finished, even when the key that asked for it is the one that goes.
        var refusal = await keys.DeleteAsync(id, context.Request.Headers["X-EdgeMesh-Proof"].ToString().Trim(), CancellationToken.None);
        return refusal?.Code == AccessProblems.KeyUnknown(id).Code ? ProblemResults.NotFound(refusal) : CommandResults.FromCommand(refusal, TypedResults.NoContent());
    }

    private static async Task<IResult> EndSessionAsync(Guid id, ISessions sessions)
    {
        var problem = await sessions.EndAsync(id, CancellationToken.None);
        return problem?.Code == AccessProblems.SessionUnknown(id).Code ? ProblemResults.NotFound(problem) : CommandResults.FromCommand(problem, TypedResults.NoContent());
    }

    private static async Task<IResult> CreateTokenAsync(HttpContext context, IJoinTokens tokens)
    {
        var made = await tokens.CreateAsync(context.User.KeyName(), context.RequestAborted);
        return TypedResults.Ok(new JoinTokenDto(made.Token, made.ExpiresAt, made.Commands));
    }
}

/// <param name="Scopes">Of <c>read</c>, <c>run</c> and <c>admin</c>; read and run when left out.</param>
/// <param name="ExpiresAt">When it ends by itself; null for never.</param>
internal sealed record NewKeyBody(string Name, IReadOnlyList<string>? Scopes = null, DateTimeOffset? ExpiresAt = null);

/// <param name="Prefix">First characters of the secret, to recognise it by.</param>
/// <param name="IsAdmin">The first key, whose secret is in <c>admin.key</c>.</param>
public sealed record KeyDto(Guid Id, string Name, string Prefix, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt, bool IsAdmin, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
{
    internal static KeyDto From(ApiKeyInfo key) => new(key.Id, key.Name, key.Prefix, key.CreatedAt, key.LastUsedAt, key.IsAdmin, key.May.Words(), key.ExpiresAt);
}

/// <param name="Secret">Told this once.</param>
public sealed record NewKeyDto(Guid Id, string Name, string Prefix, DateTimeOffset CreatedAt, string Secret, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt);

/// <param name="Token">Told this once.</param>
public sealed record JoinTokenDto(string Token, DateTimeOffset ExpiresAt, JoinCommands Commands);
