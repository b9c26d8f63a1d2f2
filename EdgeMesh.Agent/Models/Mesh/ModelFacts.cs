using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using EdgeMesh.Agent.Models.Store;

namespace EdgeMesh.Agent.Models.Mesh;

/// <summary>What a model's name and small files say of it; its weights are never opened here.</summary>
internal static partial class ModelFacts
{
    private const int MostConfigBytes = 1 << 20;

    /// <summary>Billions of parameters as names say them (<c>qwen3-0.6b</c>); null when the name does not.</summary>
    public static double? BillionsIn(string id) =>
        Billions().Match(id) is { Success: true } found && double.TryParse(found.Groups[1].Value, CultureInfo.InvariantCulture, out var billions) ? billions : null;

    public static long WeightBytes(ModelManifest manifest) =>
        MemoryEstimate.Of(manifest.Files.Select(f => (f.Path, (long?)f.Bytes))) is > MemoryEstimate.BesideWeights and var all ? all - MemoryEstimate.BesideWeights : manifest.Bytes;

    /// <summary>The longest context of <c>config.json</c>; null when it does not say.</summary>
    public static int? ContextTokens(string folder)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, "config.json"));
            if (!file.Exists || file.Length > MostConfigBytes)
            {
                return null;
            }

            using var config = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            return config.RootElement.ValueKind == JsonValueKind.Object && config.RootElement.TryGetProperty("max_position_embeddings", out var most)
                && most.ValueKind == JsonValueKind.Number && most.TryGetInt32(out var tokens) && tokens > 0 ? tokens : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // The worker says what is wrong with it when the model is used.
            return null;
        }
    }

    [GeneratedRegex(@"(?:^|[^a-z0-9.])(\d{1,3}(?:\.\d{1,2})?)b(?:$|[^a-z0-9])")]
    private static partial Regex Billions();
}
