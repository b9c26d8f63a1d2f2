namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Clients print the service's page of a job. There is none here, and whoever opens it is told so; nothing of the job is, as a browser sends no token.</summary>
internal static class WebPages
{
    private const string Words = "This is the EdgeMesh emulator of Qualcomm AI Hub. It has no pages: ask for the job with a client, or on the QAI Hub pages of an EdgeMesh dashboard that uses this emulator.\n";

    public static Task PassAsync(HttpContext context, RequestDelegate next)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || !context.Request.Path.StartsWithSegments("/jobs"))
        {
            return next(context);
        }

        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(Words, context.RequestAborted);
    }
}
