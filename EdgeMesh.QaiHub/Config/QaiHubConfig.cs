namespace EdgeMesh.QaiHub.Config;

/// <summary>Where the service is and who is asking. The token never shows: <see cref="ToString"/> masks it.</summary>
/// <param name="ApiUrl">The service, without <c>/api/v1</c>, such as <c>https://workbench.aihub.qualcomm.com</c>. https, or http on this computer only.</param>
/// <param name="WebUrl">Its pages for people.</param>
/// <param name="Token">The API token; opaque.</param>
/// <param name="FoundIn">Where this was found, for people: "Settings", "/home/a/.qai_hub/client.ini", "QAI_HUB_API_TOKEN".</param>
public sealed record QaiHubConfig(Uri ApiUrl, Uri WebUrl, string Token, string FoundIn)
{
    /// <summary>The service's address when nothing else is said.</summary>
    public static readonly Uri DefaultUrl = new("https://workbench.aihub.qualcomm.com");

    /// <summary>The token as it may be shown.</summary>
    public string MaskedToken => Mask(Token);

    /// <summary>Shows only the end of a secret, and only of a long one.</summary>
    public static string Mask(string token) => token.Length >= 16 ? $"••••{token[^4..]}" : "••••";

    /// <summary>A page for people, such as <c>jobs/j5w2gx7p5</c>.</summary>
    public Uri Page(string path) => new(new Uri(WebUrl.AbsoluteUri.TrimEnd('/') + "/"), path.TrimEnd('/') + "/");

    public override string ToString() => $"{ApiUrl} ({FoundIn}, token {MaskedToken})";
}
