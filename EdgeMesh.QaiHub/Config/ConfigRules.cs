namespace EdgeMesh.QaiHub.Config;

/// <summary>What a configuration must be before anything is sent.</summary>
public static class ConfigRules
{
    private const int LongestToken = 4096;

    /// <summary>Makes a configuration of what a person wrote.</summary>
    /// <param name="webUrl">Empty: the same as <paramref name="apiUrl"/>.</param>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadConfig"/> or <see cref="HubFailure.InsecureAddress"/>.</exception>
    public static QaiHubConfig Make(string apiUrl, string webUrl, string token, string foundIn)
    {
        var config = new QaiHubConfig(Address(apiUrl, "api_url", foundIn), Address(webUrl.Length > 0 ? webUrl : apiUrl, "web_url", foundIn), token.Trim(), foundIn);
        Check(config);
        return config;
    }

    /// <summary>Refuses what cannot work or would send the token in the clear.</summary>
    /// <exception cref="QaiHubException"><see cref="HubFailure.BadConfig"/> or <see cref="HubFailure.InsecureAddress"/>.</exception>
    public static void Check(QaiHubConfig config)
    {
        if (config.Token.Length == 0)
        {
            throw Bad(config.FoundIn, "has an empty api_token");
        }

        if (config.Token.Length > LongestToken || config.Token.Any(c => c is <= ' ' or > '~'))
        {
            throw Bad(config.FoundIn, "has an api_token with characters that no token has");
        }

        if (!IsSafe(config.ApiUrl))
        {
            throw new QaiHubException(HubFailure.InsecureAddress, $"{config.ApiUrl.Scheme}://{config.ApiUrl.Authority} ({config.FoundIn}) is not encrypted; the token is not sent there.",
                "Use an https address. Plain http is for this computer only.");
        }
    }

    /// <summary>https, or http on this computer only.</summary>
    internal static bool IsSafe(Uri url) => url is { IsAbsoluteUri: true, UserInfo: "" } && (url.Scheme == Uri.UriSchemeHttps || url is { Scheme: "http", IsLoopback: true });

    internal static QaiHubException Bad(string where, string what) =>
        new(HubFailure.BadConfig, $"{where} {what}.", "It needs api_token, api_url and web_url in the section [api]; the service's account page shows them.");

    private static Uri Address(string text, string key, string foundIn) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { Host.Length: > 0, Query: "", Fragment: "" }
            ? url
            : throw Bad(foundIn, $"has an {key} that is no address");
}
