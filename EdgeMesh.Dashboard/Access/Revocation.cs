using EdgeMesh.Dashboard.Access.Sessions;

namespace EdgeMesh.Dashboard.Access;

/// <summary>
/// Cuts every connection that acts for a deleted key or an ended session: requests, event streams, hub connections and Blazor circuits, which all are one
/// request that stays open.
/// </summary>
internal static class Revocation
{
    public static void UseRevocation(this IApplicationBuilder app)
    {
        var keys = app.ApplicationServices.GetRequiredService<IApiKeys>();
        var sessions = app.ApplicationServices.GetRequiredService<ISessions>();
        app.Use(async (context, next) =>
        {
            if (context.User.KeyId() is not { } key)
            {
                await next(context);
                return;
            }

            using var cut = keys.Revoked(key).UnsafeRegister(static c => Cut((HttpContext)c!), context);
            using var end = context.User.SessionId() is { } session ? sessions.Ended(session).UnsafeRegister(static c => Cut((HttpContext)c!), context) : default;
            await next(context);
        });
    }

    /// <summary>The very request that deletes the key it came with, or signs out, still gets its answer.</summary>
    private static void Cut(HttpContext context)
    {
        if (!HttpMethods.IsDelete(context.Request.Method) && context.Request.Path != "/logout")
        {
            context.Abort();
        }
    }
}
