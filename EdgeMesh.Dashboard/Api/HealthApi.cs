using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/healthz</c>: the process answers. <c>/readyz</c>: it can do its work, else 503 with what is missing. Both are open.</summary>
internal static class HealthApi
{
    private const int AgainSeconds = 2;

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Ok(new HealthDto("ok"))).AllowAnonymous().WithTags("Health")
            .Describe("Is the process alive?", "Always 200 while the dashboard answers.");
        app.MapGet("/readyz", ReadyAsync).AllowAnonymous().Produces<ReadyDto>().Produces<ReadyDto>(503).WithTags("Health")
            .Describe("Can it work?", "200 when the database is migrated and can be written, the orchestrator is up and the embedded device has its runtimes; else 503 with what is missing.");
    }

    private static async Task<IResult> ReadyAsync(HttpContext context, IEnumerable<IReadinessCheck> checks, CancellationToken cancel)
    {
        List<ReadyCheckDto> answers = [];
        foreach (var check in checks)
        {
            var missing = await check.MissingAsync(cancel);
            answers.Add(new ReadyCheckDto(check.Name, missing is null, missing));
        }

        var ready = answers.TrueForAll(a => a.Ok);
        ProblemResults.TellWhen(context, ready ? null : AgainSeconds);
        return TypedResults.Json(new ReadyDto(ready, answers), statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

public sealed record HealthDto(string Status);

public sealed record ReadyDto(bool Ready, IReadOnlyList<ReadyCheckDto> Checks);

/// <param name="Missing">What is missing; null when it is there.</param>
public sealed record ReadyCheckDto(string Name, bool Ok, string? Missing);
