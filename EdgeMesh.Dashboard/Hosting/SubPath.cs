using EdgeMesh.Dashboard.Configuration;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Dashboard.Hosting;

/// <summary>A dashboard that a reverse proxy shows under a path of its own: <see cref="DashboardOptions.PathBase"/>, or what a trusted proxy says (<c>X-Forwarded-Prefix</c>).</summary>
internal static class SubPath
{
    /// <summary>The proxy may pass the path on or cut it off: the answer is the same. Everything after this sees the dashboard's own paths.</summary>
    public static void UseSubPath(this IApplicationBuilder app)
    {
        var configured = new PathString(app.ApplicationServices.GetRequiredService<IOptions<DashboardOptions>>().Value.PathBase is { Length: > 0 } path ? path : null);
        app.Use((context, next) =>
        {
            var request = context.Request;
            request.PathBase = configured.HasValue ? configured : request.PathBase;
            if (request.PathBase.HasValue)
            {
                request.Path = !request.Path.StartsWithSegments(request.PathBase, out var rest) ? request.Path : rest.HasValue ? rest : new PathString("/");
                context.Response.OnStarting(() => LeadBackAsync(context));
            }

            return next(context);
        });
    }

    /// <summary>Redirects and new resources are told as the dashboard's own paths.</summary>
    private static Task LeadBackAsync(HttpContext context)
    {
        if (context.Response.Headers.Location.ToString() is ['/', not '/', ..] or "/")
        {
            context.Response.Headers.Location = context.Request.PathBase.ToUriComponent() + context.Response.Headers.Location;
        }

        return Task.CompletedTask;
    }
}
