namespace EdgeMesh.QaiHub.Emulator.Http;

/// <summary>Every path of the API ends with a slash: without it a GET is sent to the right place, and anything else is not found, for its body would be lost on the way.</summary>
internal static class TrailingSlash
{
    public static Task RequireAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        if (request.Path.Value!.EndsWith('/') || request.Path.StartsWithSegments("/objects"))
        {
            return next(context);
        }

        if (!HttpMethods.IsGet(request.Method))
        {
            throw Refusal.NotFound();
        }

        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = $"{request.PathBase}{request.Path}/{request.QueryString}";
        return Task.CompletedTask;
    }
}
