using System.Security.Claims;

namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>
/// What a request with a session's cookie has to show besides it. Cookies know no ports: any program of this computer to which the browser goes gets the cookie.
/// So the cookie alone opens the bare page, which holds nothing; data and live connections need the secret of the origin too: in a header where scripts ask, as
/// a mark of one path where a link or a picture does. A negotiated connection is known by its own secret id.
/// </summary>
internal static class OriginProof
{
    /// <summary>The header with the origin's secret.</summary>
    public const string Header = "X-EdgeMesh-Origin";

    /// <summary>The query parameter with the mark of a path.</summary>
    public const string Parameter = "mark";

    /// <summary>The part of an address, never sent to a server, that takes the secret to the page after signing in.</summary>
    public const string Fragment = "#em-origin=";

    private static readonly PathString[] Guarded = ["/api", "/hubs", "/_blazor"];
    private static readonly PathString[] Open = ["/_blazor/initializers", "/_blazor/disconnect"];

    /// <summary>Whether the request may act for the session.</summary>
    public static bool Holds(HttpRequest request, Guid session, Sessions sessions)
    {
        if (!Array.Exists(Guarded, p => request.Path.StartsWithSegments(p)) || Array.Exists(Open, p => request.Path.StartsWithSegments(p)))
        {
            return true;
        }

        if (request.Headers.TryGetValue(Header, out var secret))
        {
            return sessions.IsOrigin(session, secret.ToString());
        }

        if (!request.Path.StartsWithSegments("/api"))
        {
            return request.Query["id"].ToString().Length > 0 && !request.Path.Value!.EndsWith("/negotiate", StringComparison.OrdinalIgnoreCase);
        }

        return HttpMethods.IsGet(request.Method) && sessions.IsMark(session, request.Path.Value!, request.Query[Parameter].ToString());
    }

    /// <summary>The session's id in a principal; null for none.</summary>
    public static Guid? SessionId(this ClaimsPrincipal? user) => Guid.TryParse(user?.FindFirstValue(ClaimTypes.Sid), out var id) ? id : null;

    /// <summary>A local address with the origin's secret for the page to keep; a fragment of its own is given back by the page.</summary>
    public static string Carry(string localUrl, string secret)
    {
        var at = localUrl.IndexOf('#', StringComparison.Ordinal);
        return at < 0 ? localUrl + Fragment + secret : $"{localUrl[..at]}{Fragment}{secret}&to={localUrl[(at + 1)..]}";
    }
}
