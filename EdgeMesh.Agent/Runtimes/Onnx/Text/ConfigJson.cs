using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Members of a model's JSON files: what is absent or of another type is null.</summary>
internal static class ConfigJson
{
    public static JsonElement? TryGet(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    public static string? Text(this JsonElement element, string name) =>
        element.TryGet(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    public static int? Int(this JsonElement element, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (element.TryGet(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number))
            {
                return number;
            }
        }

        return null;
    }

    public static float? Float(this JsonElement element, string name) => element.TryGet(name) is { ValueKind: JsonValueKind.Number } value ? value.GetSingle() : null;

    /// <summary>One token id, or a list of them.</summary>
    public static List<int> Ids(this JsonElement element, string name) => element.TryGet(name) switch
    {
        { ValueKind: JsonValueKind.Number } value when value.TryGetInt32(out var id) => [id],
        { ValueKind: JsonValueKind.Array } value => [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out _)).Select(v => v.GetInt32())],
        _ => [],
    };
}
