using System.Net;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Problems;

namespace EdgeMesh.Dashboard.Access;

/// <summary>What a request must be before anything looks at it: for a name of ours (DNS rebinding), and not from a page of another site.</summary>
internal static class Guards
{
    /// <summary>Refuses (421) a Host that is neither a loopback name, nor the literal address of the connection, nor configured.</summary>
    public static void UseHostGuard(this IApplicationBuilder app)
    {
        var names = app.ApplicationServices.GetRequiredService<OwnNames>();
        app.Use((context, next) =>
        {
            var host = context.Request.Host.Host;
            return IsOurs(host, context.Connection.LocalIpAddress) || names.Has(host) || IsAgents(context, host)
                ? next(context)
                : ProblemResults.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, AccessProblems.HostRefused(host));
        });
    }

    /// <summary>
    /// Refuses (403) what a browser sends for another origin's page: state-changing requests, WebSockets, SignalR and Blazor. Cookies are
    /// no protection there: another port of this machine is the same site. Programs send neither header and prove themselves by key.
    /// </summary>
    public static void UseOriginGuard(this IApplicationBuilder app)
    {
        var names = app.ApplicationServices.GetRequiredService<OwnNames>();
        app.Use((context, next) => !IsGuarded(context) || Origins.IsOwn(context.Request, names)
            ? next(context)
            : ProblemResults.WriteAsync(context, StatusCodes.Status403Forbidden, AccessProblems.OriginRefused(context.Request)));
    }

    /// <summary>This machine's name in multicast DNS.</summary>
    private static string LocalName { get; } = $"{Environment.MachineName.Split('.')[0]}.local";

    private static bool IsOurs(string host, IPAddress? local)
    {
        if (ListenAddresses.IsLoopback(host) || string.Equals(host, LocalName, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return IPAddress.TryParse(host.Trim('[', ']'), out var address) && local is not null &&
            (local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local).Equals(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
    }

    /// <summary>The agents' name, for what agents ask only.</summary>
    private static bool IsAgents(HttpContext context, string host) =>
        context.Request.IsHttps && (context.Request.Path.StartsWithSegments("/agent") || context.Request.Path == "/ca.crt") && string.Equals(host, MeshNames.Server, StringComparison.OrdinalIgnoreCase);

    private static bool IsGuarded(HttpContext context)
    {
        var request = context.Request;
        return !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method)) ||
            request.Headers.Upgrade.Count > 0 || HttpMethods.IsConnect(request.Method) ||
            request.Path.StartsWithSegments("/hubs") || request.Path.StartsWithSegments("/_blazor");
    }
}
