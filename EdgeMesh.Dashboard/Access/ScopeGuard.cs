using EdgeMesh.Dashboard.Audit;
using EdgeMesh.Dashboard.Access.Sessions;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Access;

/// <summary>What an endpoint needs when it is not what its method says.</summary>
internal sealed record NeedsScope(Scopes Scope);

/// <summary>Tells everything behind it who acts, and refuses (403) what the key's scopes do not include.</summary>
internal static class ScopeGuard
{
    /// <summary>An endpoint that only looks, or runs a job, although it is a POST.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder builder, Scopes scope)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new NeedsScope(scope));

    public static void UseActors(this IApplicationBuilder app)
    {
        var keys = app.ApplicationServices.GetRequiredService<ApiKeys>();
        app.Use((context, next) =>
        {
            var address = context.Connection.RemoteIpAddress;
            Actors.Enter(context.User.KeyId() is { } id && keys.ById(id) is { } key ? key.ActingFrom(Actor.Shown(address), context.User.SessionId()) : Actor.Stranger(address));
            return next(context);
        });
    }

    /// <summary>After authorization: reading needs <c>read</c>; everything else of the API needs <c>admin</c> unless its endpoint says otherwise.</summary>
    public static void UseScopes(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (context.User.KeyId() is null)
        {
            return next(context);
        }

        var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || !context.Request.Path.StartsWithSegments("/api");
        var needed = context.GetEndpoint()?.Metadata.GetMetadata<NeedsScope>()?.Scope ?? (reads ? Scopes.Read : Scopes.Admin);
        return Deeds.Missing(needed) is { } missing ? ProblemResults.WriteAsync(context, StatusCodes.Status403Forbidden, missing) : next(context);
    });
}
