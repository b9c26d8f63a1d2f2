using System.Data.Common;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Problems;
using EdgeMesh.Dashboard.Storage;
using Microsoft.AspNetCore.Diagnostics;

namespace EdgeMesh.Dashboard.Api;

/// <summary>What nobody answered: failures that were not expected, and errors of the framework.</summary>
internal static class ErrorHandling
{
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
            return ProblemResults.WriteAsync(context, status, ApiProblems.OfStatus(status, context.Request));
        }));
        app.UseWhen(
            context => RequestKind.IsForPrograms(context.Request),
            programs => programs.UseStatusCodePages(pages =>
            {
                var http = pages.HttpContext;
                return ProblemResults.WriteAsync(http, http.Response.StatusCode, ApiProblems.OfStatus(http.Response.StatusCode, http.Request));
            }));
    }

    private static int Told(HttpContext context, Exception error)
    {
        context.RequestServices.GetRequiredService<StorageHealth>().Failed(error);
        return StatusCodes.Status503ServiceUnavailable;
    }
}
