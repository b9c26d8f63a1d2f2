using Microsoft.AspNetCore.Http.HttpResults;

namespace EdgeMesh.Dashboard.Access;

/// <summary>Where to go after a login: only ever a page of this dashboard.</summary>
internal static class LocalUrl
{
    /// <summary>The URL when it is a path of this dashboard and no login page; else the first page.</summary>
    public static string OrHome(string? url) =>
        url is ['/', ..] && RedirectHttpResult.IsLocalUrl(url) && !url.Any(char.IsControl) &&
        !url.StartsWith("/login", StringComparison.OrdinalIgnoreCase) && !url.StartsWith("/logout", StringComparison.OrdinalIgnoreCase)
            ? url
            : "/";

    /// <summary>The login page.</summary>
    /// <param name="error"><c>wrong</c>, <c>throttled</c>, <c>expired</c> (the form was too old), <c>elsewhere</c> (another site led here) or <c>again</c> (the session is not good); null for none.</param>
    public static string Login(string? error, string? returnUrl)
    {
        var query = QueryString.Empty;
        query = error is null ? query : query.Add("error", error);
        return "/login" + (OrHome(returnUrl) is "/" ? query : query.Add("returnUrl", OrHome(returnUrl)));
    }
}
