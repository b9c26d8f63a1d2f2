using System.Globalization;
using System.Text.RegularExpressions;
using EdgeMesh.Agent.Models.Store;

namespace EdgeMesh.Agent.MeshModels;

/// <summary>What a model's name and the sizes of its files say of it.</summary>
internal static partial class ModelFacts
{
    /// <summary>Billions of parameters as names say them (<c>qwen3-0.6b</c>); null when the name does not.</summary>
    public static double? BillionsIn(string id) =>
        Billions().Match(id) is { Success: true } found && double.TryParse(found.Groups[1].Value, CultureInfo.InvariantCulture, out var billions) ? billions : null;

    public static long WeightBytes(ModelManifest manifest) =>
        MemoryEstimate.Of(manifest.Files.Select(f => (f.Path, (long?)f.Bytes))) is > MemoryEstimate.BesideWeights and var all ? all - MemoryEstimate.BesideWeights : manifest.Bytes;

    [GeneratedRegex(@"(?:^|[^a-z0-9.])(\d{1,3}(?:\.\d{1,2})?)b(?:$|[^a-z0-9])")]
    private static partial Regex Billions();
}
