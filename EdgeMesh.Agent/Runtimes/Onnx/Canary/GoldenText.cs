using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Canary;

/// <summary>One prompt of the built-in text model with the tokens a right run must give.</summary>
/// <param name="PromptIds">The rendered prompt.</param>
/// <param name="Expected">Greedy output through the end token; beyond it near ties may differ between machines.</param>
public sealed record GoldenText(ImmutableArray<int> PromptIds, ImmutableArray<int> Expected)
{
    /// <summary>The cases of <c>golden.json</c> beside the model.</summary>
    /// <exception cref="InvalidDataException">The file is not what it should be.</exception>
    public static ImmutableArray<GoldenText> Read(string modelFolder)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(modelFolder, "golden.json")));
            return [.. json.RootElement.GetProperty("cases").EnumerateArray().Select(c => new GoldenText(
                Ids(c.GetProperty("prompt_ids")), [.. Ids(c.GetProperty("output_ids")).Take(c.GetProperty("stop_at").GetInt32() + 1)]))];
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException)
        {
            throw new InvalidDataException($"The golden answers of the built-in text model cannot be read: {e.Message}", e);
        }
    }

    private static ImmutableArray<int> Ids(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetInt32())];
}
