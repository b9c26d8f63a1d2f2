using System.Globalization;
using EdgeMesh.Dashboard.Components.Controls;
using EdgeMesh.Dashboard.QaiHub.Zoo;

namespace EdgeMesh.Dashboard.Features.QaiHub;

/// <summary>Figures of the zoo, for people.</summary>
internal static class ZooWords
{
    /// <summary>The one figure of a build: time of a run, or tokens a second.</summary>
    public static string Speed(ZooBuild build) => build switch
    {
        { Text: { } text } => Tokens(text.TokensPerSecond),
        { Parts: [{ Name: "" } only] } => Format.Run(only.Ms),
        _ => string.Join(" + ", build.Parts.Select(p => Format.Run(p.Ms))),
    };

    /// <summary>What the figure is made of.</summary>
    public static string Details(ZooBuild build) => build switch
    {
        { Text: { } text } => $"first token after {Format.Ms(text.FirstTokenMs.Short)}, {Format.Ms(text.FirstTokenMs.Whole)} with the whole context of {text.Context:N0} tokens",
        { Parts: [{ Name: "" }] } => "",
        _ => string.Join(" + ", build.Parts.Select(p => p.Name)),
    };

    /// <summary>Where its layers ran, as <c>NPU</c> or <c>NPU 97 %, CPU 3 %</c>; empty when not told.</summary>
    public static string Units(ZooBuild build)
    {
        double all = build.Parts.Sum(p => p.Layers);
        var units = new[] { ("NPU", build.Parts.Sum(p => p.NpuLayers)), ("GPU", build.Parts.Sum(p => p.GpuLayers)), ("CPU", build.Parts.Sum(p => p.CpuLayers)) }.Where(u => u.Item2 > 0).ToList();
        return units is [var only] ? only.Item1 : string.Join(", ", units.Select(u => string.Create(CultureInfo.InvariantCulture, $"{u.Item1} {Share(u.Item2 / all)} %")));
    }

    public static string Precision(string precision) => precision == "float" ? "float" : precision.Replace("_mixed_int16", ", some int16", StringComparison.Ordinal);

    private static string Tokens(double perSecond) => string.Create(CultureInfo.InvariantCulture, $"{perSecond:0.#} tokens/s");

    // What ran is never 0 %, and what did not run all is never 100 %.
    private static double Share(double share) => Math.Clamp(Math.Round(share * 100), 1, 99);
}
