using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>The versions of Qualcomm's runtime seen on the service in 2026. What follows the second number is not known; a zero stands for it.</summary>
internal static class Frameworks
{
    public const string Newest = "2.50";

    public static readonly IReadOnlyList<string> Versions = ["2.45", "2.47", "2.48", Newest];

    /// <summary>The version that <c>--qairt_version</c> means, by tag, by its short or its full number; null when there is none such.</summary>
    public static string? Resolve(string? asked) => asked switch
    {
        null or "latest" or "default" => Newest,
        _ => Versions.FirstOrDefault(v => asked == v || asked == Full(v)),
    };

    public static FrameworkList ToWire()
    {
        var list = new FrameworkList { TotalQueryCount = (ulong)Versions.Count };
        foreach (string version in Versions)
        {
            var framework = new Framework { Name = "QAIRT", ApiVersion = version, FullVersion = Full(version) };
            if (version == Newest)
            {
                framework.ApiTags.Add("default");
                framework.ApiTags.Add("latest");
            }

            list.Frameworks.Add(framework);
        }

        return list;
    }

    private static string Full(string version) => $"{version}.0";
}
