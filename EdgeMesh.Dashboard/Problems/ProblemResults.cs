using System.Globalization;

namespace EdgeMesh.Dashboard.Problems;

/// <summary>A failure as problem details, or as a page where a person asked.</summary>
internal static class ProblemResults
{
    public const string ContentType = "application/problem+json";

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    public static IResult Result(int status, Problem problem) => Result(Body(status, problem));

    public static IResult Result(ProblemBody body) => new ProblemResult(body);

    public static IResult NotFound(Problem problem) => Result(StatusCodes.Status404NotFound, problem);

    /// <summary>A request that is wrong: 413 when it is too large, else 400; the first problem leads, all are told. 429 when it is right and there is no room for it.</summary>
    public static IResult Invalid(params IReadOnlyList<Problem> problems)
    {
        var status = problems[0] switch
        {
            { RetryAfter: not null } => StatusCodes.Status429TooManyRequests,
            { Code: "text_too_large" } => StatusCodes.Status413PayloadTooLarge,
            _ => StatusCodes.Status400BadRequest,
        };
        return Result(Body(status, problems[0]) with { Problems = problems.Count > 1 ? problems : null });
    }

    /// <summary>Writes a problem outside of an endpoint: a page where a browser asked for one.</summary>
    public static Task WriteAsync(HttpContext context, int status, Problem problem)
    {
        if (!RequestKind.IsForPeople(context.Request))
        {
            return Result(status, problem).ExecuteAsync(context);
        }

        TellWhen(context, Seconds(problem.RetryAfter));
        return ProblemPage.WriteAsync(context, status, problem);
    }

    /// <summary>Says in the header when to come again; null says nothing.</summary>
    public static void TellWhen(HttpContext context, int? seconds)
    {
        if (seconds is { } wait)
        {
            context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        }
    }

    /// <summary>503 in words: there is no room for another connection or request of its kind.</summary>
    public static Task BusyAsync(HttpContext context, string cause) =>
        WriteAsync(context, StatusCodes.Status503ServiceUnavailable, new Problem("dashboard_busy", "The dashboard is busy.", cause, "Close what is not needed, or try again in a moment.", RetryAfter: Again));

    /// <summary>As it goes out; the caller adds what only it knows.</summary>
    public static ProblemBody Body(int status, Problem problem) =>
        new("about:blank", problem.Title, status, problem.Detail, problem.Code, problem.Remedy, problem.Field, RetryAfterSeconds: Seconds(problem.RetryAfter));

    private static int? Seconds(TimeSpan? wait) => wait is { } time ? (int)Math.Max(1, Math.Ceiling(time.TotalSeconds)) : null;

    private sealed class ProblemResult(ProblemBody body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            TellWhen(httpContext, body.RetryAfterSeconds);
            httpContext.Response.StatusCode = body.Status;
            return httpContext.Response.WriteAsJsonAsync(body, options: null, ContentType, httpContext.RequestAborted);
        }
    }
}
