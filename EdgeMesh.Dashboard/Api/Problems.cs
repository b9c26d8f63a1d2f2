using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace EdgeMesh.Dashboard.Api;

/// <summary>An RFC 9457 problem as it goes out.</summary>
/// <param name="Code">Stable machine word.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Field">The request field at fault as a JSON path.</param>
/// <param name="Problems">When several things are wrong: all of them; the members above are the first.</param>
/// <param name="Devices">When no device can run a job: every device with its reason.</param>
/// <param name="RetryAfterSeconds">When there is likely to be room; also in the header <c>Retry-After</c>. Left out when trying again would not help.</param>
public sealed record ProblemBody(
    string Type,
    string Title,
    int Status,
    string Detail,
    string Code,
    string Remedy,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Field = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<Problem>? Problems = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DeviceVerdictDto>? Devices = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? RetryAfterSeconds = null);

/// <summary>The one place where a failure becomes problem details.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    public static IResult Result(int status, Problem problem) => new ProblemResult(Body(status, problem));

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
        return new ProblemResult(Body(status, problems[0]) with { Problems = problems.Count > 1 ? problems : null });
    }

    /// <summary>A job that was not taken: 429 when the queue is full, 409 when its key belongs to another request, 503 when it cannot be stored, else 422 with every device's reason.</summary>
    public static IResult Refused(Refusal refusal)
    {
        var status = refusal.Problem switch
        {
            { Code: "storage_failed" } => StatusCodes.Status503ServiceUnavailable,
            { RetryAfter: not null } => StatusCodes.Status429TooManyRequests,
            { Code: Deeds.ScopeMissing } => StatusCodes.Status403Forbidden,
            { Code: "idempotency_key_reused" } => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        var devices = refusal.Devices.IsDefaultOrEmpty ? null : refusal.Devices.Select(DeviceVerdictDto.From).ToList();
        return new ProblemResult(Body(status, refusal.Problem) with { Devices = devices });
    }

    /// <summary>The answer to a command that may have been refused: 429 when there is no room for it now, 400 when a field is at fault, else 409.</summary>
    public static IResult FromCommand(Problem? refusal, IResult done) => refusal switch
    {
        null => done,
        { Code: Deeds.ScopeMissing } => Result(StatusCodes.Status403Forbidden, refusal),
        { RetryAfter: not null } or { Field: not null } => Invalid(refusal),
        _ => Result(StatusCodes.Status409Conflict, refusal),
    };

    /// <summary>Writes a problem outside of an endpoint: a page where a browser asked for one.</summary>
    public static Task WriteAsync(HttpContext context, int status, Problem problem)
    {
        if (!Access.RequestKind.IsForPeople(context.Request))
        {
            return new ProblemResult(Body(status, problem)).ExecuteAsync(context);
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

    /// <summary>Bugs become a 500 without a stack trace, and empty errors of the framework (404, 405, 415 …) get words.</summary>
    public static void UseProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(handler => handler.Run(context =>
        {
            var error = context.Features.Get<IExceptionHandlerFeature>()?.Error;
            var status = error switch
            {
                BadHttpRequestException bad => bad.StatusCode,
                // A grain that does not answer; it may still do it.
                TimeoutException or Orleans.Runtime.OrleansException => StatusCodes.Status504GatewayTimeout,
                DbException or JournalException => StatusCodes.Status503ServiceUnavailable,
                // Files have no interceptor that tells of them.
                not null when StorageFailure.Of(error) is not null => Told(context, error),
                _ => StatusCodes.Status500InternalServerError,
            };
            return WriteAsync(context, status, ApiProblems.OfStatus(status, context.Request));
        }));
        app.UseWhen(
            context => Access.RequestKind.IsForPrograms(context.Request),
            programs => programs.UseStatusCodePages(pages =>
            {
                var http = pages.HttpContext;
                return WriteAsync(http, http.Response.StatusCode, ApiProblems.OfStatus(http.Response.StatusCode, http.Request));
            }));
    }

    private static int Told(HttpContext context, Exception error)
    {
        context.RequestServices.GetRequiredService<StorageHealth>().Failed(error);
        return StatusCodes.Status503ServiceUnavailable;
    }

    private static ProblemBody Body(int status, Problem problem) =>
        new("about:blank", problem.Title, status, problem.Detail, problem.Code, problem.Remedy, problem.Field, RetryAfterSeconds: Seconds(problem.RetryAfter));

    private static int? Seconds(TimeSpan? wait) => wait is { } time ? (int)Math.Max(1, Math.Ceiling(time.TotalSeconds)) : null;

    private sealed class ProblemResult(ProblemBody body) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            TellWhen(httpContext, body.RetryAfterSeconds);
            httpContext.Response.StatusCode = body.Status;
            httpContext.Response.ContentType = ContentType;
            await JsonSerializer.SerializeAsync(httpContext.Response.Body, body, ApiJson.Options, httpContext.RequestAborted);
        }
    }
}
