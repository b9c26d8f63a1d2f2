using EdgeMesh.QaiHub.Config;

namespace EdgeMesh.QaiHub.Http;

/// <summary>Builds the service's addresses: always with a slash at the end of the path.</summary>
internal static class HubAddress
{
    private const int LongestId = 64;

    /// <summary>An address that the service names for its storage.</summary>
    public static Uri Storage(string url) =>
        !Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? throw HubErrors.Damaged("names a storage address that is none")
        : ConfigRules.IsSafe(parsed) ? parsed
        : throw new QaiHubException(HubFailure.InsecureAddress, $"The service names a storage address that is not encrypted ({parsed.Scheme}://{parsed.Host}).", "Nothing was sent there. Check the api_url.");

    public static Uri Api(Uri service, string path, IEnumerable<(string Key, string Value)>? query = null)
    {
        var text = query is null ? "" : string.Join('&', query.Select(q => $"{Uri.EscapeDataString(q.Key)}={Uri.EscapeDataString(q.Value)}"));
        return new Uri($"{service.AbsoluteUri.TrimEnd('/')}/api/v1/{path}/{(text.Length > 0 ? "?" : "")}{text}");
    }

    /// <summary>An id may stand in a path; anything else would be another path.</summary>
    public static bool IsId(string id) => id.Length is > 0 and <= LongestId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>An id that a person gave.</summary>
    public static string Id(string id, string what) =>
        IsId(id) ? id : throw new QaiHubException(HubFailure.NotFound, $"\"{PlainLine.Of(id)}\" is no {what} id.", "Ids are a few letters and digits, such as j5w2gx7p5.");
}
