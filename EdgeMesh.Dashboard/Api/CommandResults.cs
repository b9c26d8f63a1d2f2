using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Api;

/// <summary>The answers to commands that were refused.</summary>
internal static class CommandResults
{
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
        return ProblemResults.Result(ProblemResults.Body(status, refusal.Problem) with { Devices = devices });
    }

    /// <summary>The answer to a command that may have been refused: 429 when there is no room for it now, 400 when a field is at fault, else 409.</summary>
    public static IResult FromCommand(Problem? refusal, IResult done) => refusal switch
    {
        null => done,
        { Code: Deeds.ScopeMissing } => ProblemResults.Result(StatusCodes.Status403Forbidden, refusal),
        { RetryAfter: not null } or { Field: not null } => ProblemResults.Invalid(refusal),
        _ => ProblemResults.Result(StatusCodes.Status409Conflict, refusal),
    };
}
