using System.Globalization;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/audit</c>: who did what.</summary>
internal static class AuditApi
{
    private const int DefaultLimit = 50;
    private const int MostRows = 200;

    public static void MapAudit(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Access");
        audit.MapGet("", ReadAsync).Needs(Scopes.Admin).Produces<PageDto<AuditEntry>>().Fails(400)
            .Describe("Read the audit log", "Newest first. Filters: from (ISO 8601), actor, action; limit 1 to 200, cursor of the page before. Prompts, answers and secrets are never in it.");
        audit.MapGet("/check", async (IAudit log, CancellationToken cancel) => TypedResults.Ok(await log.CheckAsync(cancel))).Needs(Scopes.Admin)
            .Describe("Check the audit log", "Reads every line and checks that each follows the one before; brokenAt is the first that does not.");
    }

    private static async Task<IResult> ReadAsync(HttpContext context, IAudit log, CancellationToken cancellationToken)
    {
        var (query, wrong) = Read(context.Request.Query);
        if (query is null)
        {
            return ProblemResults.Invalid(wrong!);
        }

        var page = await log.ReadAsync(query, cancellationToken);
        return TypedResults.Ok(new PageDto<AuditEntry>(page.Items, page.NextBefore?.ToString(CultureInfo.InvariantCulture)));
    }

    private static (AuditQuery? Query, Problem? Wrong) Read(IQueryCollection parameters)
    {
        DateTimeOffset from = default;
        if (Value("from") is { } fromText && !DateTimeOffset.TryParse(fromText, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out from))
        {
            return (null, ApiProblems.ParameterWrong("from", fromText, "a time such as 2026-11-28T12:00:00Z"));
        }

        if (Value("action") is { } action && !AuditActions.All.Contains(action))
        {
            return (null, ApiProblems.ParameterWrong("action", action, $"one of {string.Join(", ", AuditActions.All)}"));
        }

        var limit = DefaultLimit;
        if (Value("limit") is { } limitText && (!int.TryParse(limitText, CultureInfo.InvariantCulture, out limit) || limit is < 1 or > MostRows))
        {
            return (null, ApiProblems.ParameterWrong("limit", limitText, $"a number from 1 to {MostRows}"));
        }

        long before = 0;
        if (Value("cursor") is { } cursor && (!long.TryParse(cursor, CultureInfo.InvariantCulture, out before) || before < 1))
        {
            return (null, ApiProblems.ParameterWrong("cursor", cursor, "the nextCursor of a page before"));
        }

        return (new AuditQuery(Value("from") is null ? null : from, Value("actor"), Value("action"), limit, Value("cursor") is null ? null : before), null);

        string? Value(string name) => parameters[name].ToString() is { Length: > 0 } text ? text : null;
    }
}
