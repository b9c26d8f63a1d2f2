using System.Text.RegularExpressions;

namespace EdgeMesh.Dashboard.QaiHub.Zoo;

/// <summary>
/// Where a build is fetched from. The form of the address is that of <c>asset_bases.yaml</c> in <c>qualcomm/ai-hub-models</c>
/// (<c>models/ID/releases/vRELEASE/ID-RUNTIME-PRECISION[-CHIP].zip</c>, the chip with underscores and only where each chip has its own file). Not every release has every file.
/// </summary>
public static partial class ZooAddress
{
    /// <summary>The public storage of Qualcomm's models.</summary>
    public const string Base = "https://qaihub-public-assets.s3.us-west-2.amazonaws.com/qai-hub-models/";

    private const int MaxLength = 2_000;

    /// <summary>Whether this is the number of a release, such as 0.47.0.</summary>
    public static bool IsRelease(string text) => Release().IsMatch(text);

    /// <summary>The address of a build in a release.</summary>
    /// <param name="at">The storage; ends with a slash.</param>
    public static string Of(ZooBuild build, string release, string at = Base)
    {
        var chip = build.Runtime.OneChip ? "-" + build.Chip.Chipset.Replace('-', '_') : "";
        return $"{at}models/{build.Model}/releases/v{release}/{build.Model}-{build.Runtime.Value}-{build.Precision}{chip}.zip";
    }

    /// <summary>Null when a person's address can be used; else what is wrong with it.</summary>
    public static string? Wrong(string address) =>
        address.Length > MaxLength ? $"It has more than {MaxLength:N0} characters."
        : !Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") ? "It does not begin with https://."
        : uri.UserInfo.Length > 0 ? "It has a user name or password in it."
        : null;

    [GeneratedRegex(@"^\d{1,4}\.\d{1,4}\.\d{1,4}\z")]
    private static partial Regex Release();
}
