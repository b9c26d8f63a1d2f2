namespace EdgeMesh.Dashboard.Problems;

/// <summary>Who gets the answer to a request, by its path and by what browsers say they take: a program or a person.</summary>
internal static class RequestKind
{
    private static readonly PathString[] ProgramPaths = ["/api", "/hubs", "/openapi", "/_blazor", "/healthz", "/readyz", "/agent"];

    /// <summary>Answered with JSON and problem details, never with a page or a redirect.</summary>
    public static bool IsForPrograms(HttpRequest request) => Array.Exists(ProgramPaths, p => request.Path.StartsWithSegments(p));

    /// <summary>Asked by a browser that shows what it gets: answered with a page, whatever the answer is.</summary>
    public static bool IsForPeople(HttpRequest request) =>
        !IsForPrograms(request) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
