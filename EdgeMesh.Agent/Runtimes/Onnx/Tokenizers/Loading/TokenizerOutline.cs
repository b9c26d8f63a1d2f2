using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Loading;

/// <summary>The small parts of a <c>tokenizer.json</c>: its steps and the type of its model, without vocabulary, merges and added tokens, which are stepped over.</summary>
internal static class TokenizerOutline
{
    private static readonly string[] Steps = ["normalizer", "pre_tokenizer", "post_processor", "decoder"];

    /// <exception cref="JsonException">It is no JSON object.</exception>
    public static JsonElement Of(ReadOnlySpan<byte> json)
    {
        using var outline = new MemoryStream();
        using (var writer = new Utf8JsonWriter(outline))
        {
            var reader = new Utf8JsonReader(json);
            reader.Read();
            Copy(ref reader, writer, Steps, "model");
            while (reader.Read())
            {
                // What follows the object is no JSON; the reader says so.
            }
        }

        return JsonSerializer.Deserialize<JsonElement>(outline.ToArray());
    }

    // Members of these names as they are; of the one named last, what Copy keeps of it.
    private static void Copy(ref Utf8JsonReader reader, Utf8JsonWriter writer, string[] kept, string? inner)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An object was expected.");
        }

        writer.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == inner && reader.TokenType == JsonTokenType.StartObject)
            {
                writer.WritePropertyName(name);
                Copy(ref reader, writer, ["type"], null);
            }
            else if (kept.Contains(name))
            {
                writer.WritePropertyName(name);
                JsonElement.ParseValue(ref reader).WriteTo(writer);
            }
            else
            {
                reader.Skip();
            }
        }

        writer.WriteEndObject();
    }
}
