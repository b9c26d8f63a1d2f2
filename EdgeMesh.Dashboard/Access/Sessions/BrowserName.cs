namespace EdgeMesh.Dashboard.Access.Sessions;

/// <summary>What a person calls the browser that sent a <c>User-Agent</c>: <c>Firefox on Windows</c>. Only known words come out, never what was sent.</summary>
internal static class BrowserName
{
    // Most browsers also say Chrome and Safari, and Android says Linux: the first that fits.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("CrOS", "ChromeOS"), ("Mac OS X", "macOS"), ("Linux", "Linux")];

    public static string Of(string? userAgent)
    {
        var text = userAgent ?? "";
        return (Known(Browsers, text), Known(Systems, text)) switch
        {
            (null, _) => "A program",
            ({ } browser, null) => browser,
            var (browser, system) => $"{browser} on {system}",
        };
    }

    private static string? Known((string Mark, string Name)[] known, string text) =>
        Array.Find(known, k => text.Contains(k.Mark, StringComparison.Ordinal)).Name;
}
