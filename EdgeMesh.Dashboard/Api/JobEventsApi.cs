using System.Globalization;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Problems;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Api;

/// <summary>A job's journal as server-sent events: <c>event:</c> its type, <c>id:</c> its sequence, <c>data:</c> the event as JSON.</summary>
internal static class JobEventsApi
{
    public static async Task<IResult> StreamAsync(string id, HttpContext context, IJobs jobs, IOptions<DashboardOptions> options, TimeProvider time, IHostApplicationLifetime process, ILogger<EventStream> logger)
    {
        var last = context.Request.Headers["Last-Event-ID"].ToString();
        if (!long.TryParse(last.Length == 0 ? "0" : last, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
        {
            return ProblemResults.Invalid(ApiProblems.ParameterWrong("Last-Event-ID", last, "the id of the last event you have"));
        }

        if (!JobId.TryParse(id, out var job) || await jobs.GetAsync(job, context.RequestAborted) is not { } view)
        {
            return ProblemResults.NotFound(ApiProblems.JobUnknown(id));
        }

        if (view.IsFinished && after >= view.Version)
        {
            // Nothing will ever come: 204 tells an EventSource not to ask again.
            return TypedResults.NoContent();
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, process.ApplicationStopping);
        if (await jobs.EventsAsync(job, after, cancel.Token) is not { } events)
        {
            return ProblemResults.NotFound(ApiProblems.JobUnknown(id));
        }

        await new EventStream(context, job, options.Value.SlowReaderAfter, time, logger, cancel.Token).WriteAsync(events);
        return TypedResults.Empty;
    }
}
