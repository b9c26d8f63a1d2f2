using EdgeMesh.Dashboard.Problems;
using Microsoft.AspNetCore.Http.Features;

namespace EdgeMesh.Dashboard.Api;

/// <summary>
/// Answers (413) a body that says it is too large before it is read; then reads it to its end and forgets it: a client that is still
/// sending would see a broken connection instead of the answer.
/// </summary>
internal static class RequestSize
{
    /// <summary>What is not worth waiting for, as a multiple of the limit.</summary>
    private const int MostOver = 8;

    public static void UseRequestSize(this IApplicationBuilder app) => app.Use((context, next) =>
        context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false, MaxRequestBodySize: { } limit } size && context.Request.ContentLength > limit
            ? RefuseAsync(context, size, limit)
            : next(context));

    private static async Task RefuseAsync(HttpContext context, IHttpMaxRequestBodySizeFeature size, long limit)
    {
        await ProblemResults.WriteAsync(context, StatusCodes.Status413PayloadTooLarge, ApiProblems.BodyTooLarge());
        if (context.Request.ContentLength <= limit * MostOver)
        {
            size.MaxRequestBodySize = null;
            try
            {
                await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // Its sender left or is too slow (BadHttpRequestException is an IOException); the answer was sent.
            }
        }
    }
}
