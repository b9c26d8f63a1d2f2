using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>The versions of Qualcomm's runtime seen on the service in 2026. Full versions are not known; the short one stands for both.</summary>
internal static class Frameworks
{
    public const string Newest = "2.50";

    public static readonly IReadOnlyList<string> Versions = ["2.45", "2.47", "2.48", Newest];

    /// <summary>The version that <c>--qairt_version</c> means; null when there is none such.</summary>
    public static string? Resolve(string? asked) => asked switch
    {
        null or "latest" or "default" => Newest,
        _ => Versions.FirstOrDefault(v => v == asked),
    };

    public static FrameworkList ToWire()
    {
        var list = new FrameworkList { TotalQueryCount = (ulong)Versions.Count };
        foreach (string version in Versions)
        {
            var framework = new Framework { Name = "QAIRT", ApiVersion = version, FullVersion = version };
            if (version == Newest)
            {
                framework.ApiTags.Add("latest");
            }

            list.Frameworks.Add(framework);
        }

        return list;
    }
}
