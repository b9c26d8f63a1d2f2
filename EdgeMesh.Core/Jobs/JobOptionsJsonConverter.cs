using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Jobs;

/// <summary>Writes options with their kind, for the journal (a request's own options stand beside its kind and need none).</summary>
public sealed class JobOptionsJsonConverter : JsonConverter<JobOptions>
{
    public override JobOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        var kind = document.RootElement.GetProperty("kind").Deserialize<JobKind>(options);
        return (JobOptions)document.RootElement.GetProperty("values").Deserialize(JobOptions.Default(kind).GetType(), options)!;
    }

    public override void Write(Utf8JsonWriter writer, JobOptions value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WritePropertyName("kind");
        JsonSerializer.Serialize(writer, value.Kind, options);
        writer.WritePropertyName("values");
        JsonSerializer.Serialize(writer, value, value.GetType(), options);
        writer.WriteEndObject();
    }
}
