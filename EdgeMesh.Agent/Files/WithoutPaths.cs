using System.Text.RegularExpressions;

namespace EdgeMesh.Agent.Files;

/// <summary>Texts that leave the device: where its folders are is nobody's business, the name of a file is enough.</summary>
internal static partial class WithoutPaths
{
    /// <summary>Every absolute path of a file system replaced by its last part (<c>…/model.onnx</c>); addresses of servers stay.</summary>
    public static string In(string text) => Absolute().Replace(text, m => $"…/{m.Groups["name"].Value}");

    // What stands in quotes may have blanks; else a blank ends it. A path has two parts at least: "/v1" alone is none.
    [GeneratedRegex("""(?<=['"])(?:[A-Za-z]:)?[\\/](?:[^\\/'"\r\n]+[\\/])+(?<name>[^\\/'"\r\n]*)(?=['"])|(?<![\w:/\\.…-])(?:[A-Za-z]:)?[\\/](?:[^\\/\s'"]+[\\/])+(?<name>[^\\/\s'",;:)]*)""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Absolute();
}
