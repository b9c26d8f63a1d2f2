using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>Reads members of a JSON object the way tokenizer files use them: absent and null are the same.</summary>
internal static class JsonParts
{
    public static JsonElement? Part(this JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var part) && part.ValueKind != JsonValueKind.Null ? part : null;

    public static string? TextOrNull(this JsonElement json, string name) => json.Part(name)?.GetString();

    public static string Text(this JsonElement json, string name) => json.TextOrNull(name)
        ?? throw new TokenizerException(TokenizerFault.Garbled, $"tokenizer.json lacks '{name}' where it needs one.");

    public static bool Flag(this JsonElement json, string name, bool otherwise) => json.Part(name)?.GetBoolean() ?? otherwise;

    public static int Number(this JsonElement json, string name, int otherwise) => json.Part(name)?.GetInt32() ?? otherwise;

    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) => json.Part(name)?.EnumerateArray().AsEnumerable() ?? [];

    /// <summary>A token given as text, or as an object with its text in <c>content</c>.</summary>
    public static string? Token(this JsonElement json, string name)
        => json.Part(name) is { } part ? part.ValueKind == JsonValueKind.Object ? part.TextOrNull("content") : part.GetString() : null;

    public static TokenizerException Unsupported(string what, string? type)
        => new(TokenizerFault.Unsupported, $"tokenizer.json asks for the {what} '{type}', which this program does not have.");
}
