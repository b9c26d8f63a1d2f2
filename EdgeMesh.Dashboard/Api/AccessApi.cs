using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Enrolment;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/keys</c> and <c>/api/join-tokens</c>: what hands out secrets.</summary>
internal static class AccessApi
{
    public static void MapAccessApi(this RouteGroupBuilder api)
    {
        var keys = api.MapGroup("/keys").WithTags("Access");
        keys.MapGet("", async (IApiKeys all, CancellationToken cancel) => TypedResults.Ok(new PageDto<ApiKeyInfo>(await all.ListAsync(cancel), null)))
            .Describe("List API keys", "Names and when they were last used; secrets are not stored.");
        keys.MapPost("", CreateKeyAsync).Accepts<NameBody>("application/json").Produces<NewKeyDto>(201).Fails(400, 429).RequireRateLimiting(AccessSchemes.SecretsLimit)
            .Describe("Make an API key", "The secret is told this once.");
        keys.MapDelete("/{id:guid}", DeleteKeyAsync).Produces(204).Fails(404, 409)
            .Describe("Delete an API key", "Ends its sessions, circuits and streams within a second. The last key cannot be deleted.");
        api.MapPost("/join-tokens", CreateTokenAsync).WithTags("Devices").Produces<JoinTokenDto>().Fails(429).RequireRateLimiting(AccessSchemes.SecretsLimit)
            .Describe("Make a join token", "Single-use, for one new device, with ready-made commands to run there. The token is told this once.");
    }

    private static async Task<IResult> CreateKeyAsync(HttpContext context, IApiKeys keys)
    {
        var (name, wrong) = await JsonBody.ReadNameAsync(context);
        if (wrong is not null)
        {
            return wrong;
        }

        if (name.Length is 0 or > ApiKeys.LongestName || name.Any(char.IsControl))
        {
            return Problems.Invalid(new Problem(
                "name_invalid", "The name is not valid.", $"A name has 1 to {ApiKeys.LongestName} characters and no control characters.", "Give another name.", "name"));
        }

        var made = await keys.CreateAsync(name, context.RequestAborted);
        return TypedResults.Created($"/api/keys/{made.Key.Id}", new NewKeyDto(made.Key.Id, made.Key.Name, made.Key.Prefix, made.Key.CreatedAt, made.Secret));
    }

    private static async Task<IResult> DeleteKeyAsync(Guid id, IApiKeys keys)
    {
        // Not cancelled with the request: a deletion that began is finished, even when the key that asked for it is the one that goes.
        var refusal = await keys.DeleteAsync(id, CancellationToken.None);
        return refusal?.Code == AccessProblems.KeyUnknown(id).Code ? Problems.NotFound(refusal) : Problems.FromCommand(refusal, TypedResults.NoContent());
    }

    private static async Task<IResult> CreateTokenAsync(HttpContext context, IJoinTokens tokens)
    {
        var made = await tokens.CreateAsync(context.User.KeyName(), context.RequestAborted);
        return TypedResults.Ok(new JoinTokenDto(made.Token, made.ExpiresAt, made.Commands));
    }
}

/// <param name="Secret">Told this once.</param>
public sealed record NewKeyDto(Guid Id, string Name, string Prefix, DateTimeOffset CreatedAt, string Secret);

/// <param name="Token">Told this once.</param>
public sealed record JoinTokenDto(string Token, DateTimeOffset ExpiresAt, JoinCommands Commands);
