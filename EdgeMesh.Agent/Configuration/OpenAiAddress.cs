using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Configuration;

/// <summary>
/// Where a server is, as people write it: with or without a scheme, <c>/v1</c>, the whole path of one of its endpoints, a query, a name and password.
/// What may be secret is used and never part of <see cref="Bases"/>.
/// </summary>
/// <param name="Bases">Where its endpoints may begin, the likeliest first; each ends with a slash.</param>
/// <param name="Query">Sent with every request, with its question mark; empty for none.</param>
/// <param name="Authorization">Of the address itself; null when it has none.</param>
public sealed partial record OpenAiAddress(ImmutableArray<Uri> Bases, string Query, AuthenticationHeaderValue? Authorization)
{
    private static readonly string[] Endpoints = ["/chat/completions", "/completions", "/responses", "/embeddings", "/models", "/images/generations"];

    /// <summary>The address in a text; null when it is none.</summary>
    public static OpenAiAddress? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        var whole = text.Contains("://", StringComparison.Ordinal) ? text : LooksLikeHost().IsMatch(text) ? "http://" + text : "";
        return Uri.TryCreate(whole, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", Host.Length: > 0 } ? Of(uri) : null;
    }

    /// <summary>The address that a URI is.</summary>
    public static OpenAiAddress Of(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var root = new UriBuilder(uri.Scheme, uri.IdnHost, uri.IsDefaultPort ? -1 : uri.Port).Uri;
        return new([.. Paths(uri.AbsolutePath).Select(p => new Uri(root, p + "/"))], uri.Query, Credentials(uri.UserInfo));
    }

    /// <summary>Without what may be secret.</summary>
    public override string ToString() => Bases[0].AbsoluteUri;

    /// <summary>An endpoint below a base.</summary>
    public Uri Endpoint(Uri below, string path) => new(below, path + Query);

    // What names a version or an endpoint says where it is; what does not may be meant with or without /v1.
    private static IEnumerable<string> Paths(string path)
    {
        path = Slashes().Replace(path, "/").TrimEnd('/');
        if (Endpoints.FirstOrDefault(e => path.EndsWith(e, StringComparison.OrdinalIgnoreCase)) is { } endpoint)
        {
            return [path[..^endpoint.Length]];
        }

        return Version().IsMatch(path) ? [path]
            : path.EndsWith("/api", StringComparison.OrdinalIgnoreCase) ? [path, path + "/v1", path[..^"/api".Length] + "/v1"]
            : [path + "/v1", path];
    }

    private static AuthenticationHeaderValue? Credentials(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return null;
        }

        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        var (user, password) = colon < 0 ? ("", userInfo) : (userInfo[..colon], userInfo[(colon + 1)..]);
        return user.Length == 0
            ? new("Bearer", Uri.UnescapeDataString(password))
            : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Uri.UnescapeDataString(user)}:{Uri.UnescapeDataString(password)}")));
    }

    [GeneratedRegex(@"^([^/\s@]*@)?(localhost|\[[0-9a-fA-F:.]+\]|[^/\s:@]+\.[^/\s:@]+|[^/\s:@]+(?=:\d+))(:\d+)?([/?].*)?$")]
    private static partial Regex LooksLikeHost();

    [GeneratedRegex("//+")]
    private static partial Regex Slashes();

    [GeneratedRegex(@"/v\d+[a-z]*\d*(/|$)", RegexOptions.IgnoreCase)]
    private static partial Regex Version();
}
