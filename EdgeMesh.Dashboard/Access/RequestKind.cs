namespace EdgeMesh.Dashboard.Access;

/// <summary>What sort of request it is, by path and by what browsers say of themselves.</summary>
internal static class RequestKind
{
    private static readonly PathString[] ProgramPaths = ["/api", "/hubs", "/openapi", "/_blazor", "/healthz", "/readyz", "/agent"];

    /// <summary>Answered with JSON and problem details, never with a page or a redirect.</summary>
    public static bool IsForPrograms(HttpRequest request) => Array.Exists(ProgramPaths, p => request.Path.StartsWithSegments(p));

    /// <summary>Asked by a browser that shows what it gets: answered with a page, whatever the answer is.</summary>
    public static bool IsForPeople(HttpRequest request) =>
        !IsForPrograms(request) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    /// <summary>A page of another site or port asked for it, or led to it.</summary>
    public static bool IsFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";

    /// <summary>A link followed from another site.</summary>
    public static bool IsNavigationFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Mode"] == "navigate" && IsFromElsewhere(request);
}
