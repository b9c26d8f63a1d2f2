namespace EdgeMesh.Dashboard.Access;

/// <summary>Whether a request comes from one of the dashboard's own pages, from a program, or from a page of another origin.</summary>
internal static class Origins
{
    /// <summary>
    /// Browsers say it themselves in <c>Sec-Fetch-Site</c> (Fetch Metadata), which no page can set; it counts first, because <c>Origin</c> is <c>null</c> where a
    /// referrer policy hides it, and a proxy may change <c>Host</c>. WebSockets and pages over plain HTTP carry only <c>Origin</c>. Programs carry neither and
    /// prove themselves by key.
    /// </summary>
    public static bool IsOwn(HttpRequest request, OwnNames names) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "same-origin" => true,
        "" => HasOwnOrigin(request, names),
        "none" => request.Headers.Origin.Count == 0,
        _ => false,
    };

    /// <summary>By <c>Origin</c> alone, as a WebSocket is judged.</summary>
    public static bool HasOwnOrigin(HttpRequest request, OwnNames names)
    {
        if (request.Headers.Origin.Count == 0)
        {
            return true;
        }

        var text = request.Headers.Origin.ToString();
        return string.Equals(text, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) ||
            (Uri.TryCreate(text, UriKind.Absolute, out var origin) && (origin.Scheme is "http" or "https") && names.Has(origin));
    }

    /// <summary>A page of another site or port asked for it, or led to it.</summary>
    public static bool IsFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";

    /// <summary>A link followed from another site.</summary>
    public static bool IsNavigationFromElsewhere(HttpRequest request) => request.Headers["Sec-Fetch-Mode"] == "navigate" && IsFromElsewhere(request);
}
