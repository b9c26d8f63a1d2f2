using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Access;
using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Api;

/// <summary><c>/api/plan</c>: what would run; nothing is.</summary>
internal static class PlanApi
{
    public static void MapPlan(this RouteGroupBuilder api) =>
        api.MapPost("/plan", PlanAsync).Needs(Scopes.Read).WithTags("Jobs").Accepts<JobRequest>("application/json").Produces<PlanDto>().Fails(400, 413, 415, 422)
            .Describe("Plan a job", "What would run where, what it would cost, and for every device why or why not. Nothing is run; POST /api/jobs decides the same way.");

    private static async Task<IResult> PlanAsync(HttpContext context, IJobs jobs, IOptions<JobLimits> limits)
    {
        var (request, wrong) = await JsonBody.ReadJobRequestAsync(context);
        if (request is null)
        {
            return wrong!;
        }

        var problems = JobRequestValidator.Validate(request, limits.Value);
        if (!problems.IsEmpty)
        {
            return ProblemResults.Invalid(problems);
        }

        var plan = jobs.Preview(request);
        return plan.Refusal is { } refusal
            ? CommandResults.Refused(new Refusal(refusal, plan.Devices))
            : TypedResults.Ok(PlanDto.From(plan));
    }
}
