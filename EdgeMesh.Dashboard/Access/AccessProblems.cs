namespace EdgeMesh.Dashboard.Access;

/// <summary>Everything that access is refused for, in words.</summary>
internal static class AccessProblems
{
    public static readonly Problem LoginNeeded = new(
        "login_needed", "This needs a login or an API key.", "The request carried neither a session nor a key.",
        "Send \"Authorization: Bearer KEY\"; the first key is in admin.key in the dashboard's data folder.");

    public static readonly Problem CookieAlone = new(
        "origin_unproven", "The cookie of a session is not enough here.", "Browsers send it to every port of a host, so the dashboard's own pages prove themselves by a second secret.",
        "Open the page in the dashboard, or call the API from a program with an API key.");

    public static readonly Problem KeyWrong = new(
        "key_wrong", "This API key is not known.", "The key in the Authorization header is wrong, or was deleted.",
        "Use the key in admin.key in the dashboard's data folder, or make a new one in Settings.");

    public static readonly Problem LoginWrong = new(
        "login_wrong", "This token or key is not known.", "Neither the token of the login URL nor an API key is like it.",
        "The printed login URL works for an hour; \"EdgeMesh.Dashboard login-link\" on the dashboard's computer prints a new one. An API key does as well.");

    public static readonly Problem LoginFromElsewhere = new(
        "login_elsewhere", "A page of another site led here.", "Login links are for people: another site may not sign a browser in.",
        "Paste the login link into the address bar, or into the field of the login page.");

    public static readonly Problem LoginThrottled = new(
        "login_throttled", "Too many wrong logins.", "More wrong tokens or keys from this address are not looked at for now. A right one still works.", "Copy the whole link or key, and try again.");

    public static Problem TooManyRequests(TimeSpan again) => new(
        "too_many_requests", "Too many requests.", "More requests of this kind came from this key or address than are answered.", $"Try again {RetryAfter.Words(again)}.", RetryAfter: again);

    public static readonly Problem LastKey = new(
        "key_last", "The last key that may administer cannot be deleted.", "Without one nobody could manage this mesh.", "Make another key with the scope admin, without an end, first.");

    public static readonly Problem KeyProofNeeded = new(
        "key_proof_needed", "This key is deleted only with its own secret.", "It is the owner's key, and another key asked for its end.",
        "Give the content of admin.key in the dashboard's data folder as proof (header X-EdgeMesh-Proof), or delete it in a session that began with it.");

    /// <summary>What a browser sent for a page of another origin; behind a proxy it names what the proxy has to send.</summary>
    public static Problem OriginRefused(HttpRequest request) => new(
        "origin_refused", "This request did not come from the dashboard's own page.",
        $"The browser says that it comes from {Shown(request.Headers.Origin)}; this dashboard was asked as {request.Scheme}://{request.Host}.",
        "Open the dashboard itself, or call the API from a program with an API key. Behind a reverse proxy add the name (and the port, when it is not the usual one) " +
        "that browsers use to EdgeMesh:Hosts, or let the proxy pass it on as it came (nginx: proxy_set_header Host $http_host).");

    public static Problem HostRefused(string host) => new(
        "host_refused", "This dashboard is not known by that name.", $"The request asked for \"{host}\".",
        "Use localhost or the address itself; a proxy's name goes into EdgeMesh:Hosts in the configuration.");

    public static Problem KeyUnknown(Guid id) => new(
        "key_unknown", "There is no such key.", $"No API key has the id {id}.", "Settings lists the keys there are.");

    public static Problem SessionUnknown(Guid id) => new(
        "session_unknown", "There is no such session.", $"No session has the id {id}; it may have ended.", "Settings lists the sessions there are.");

    private static string Shown(Microsoft.Extensions.Primitives.StringValues origin) => origin.ToString() is { Length: > 0 and <= 300 } text ? text : "another site";
}
