using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Api;

/// <summary>How the API writes JSON: camelCase, enums as their strings, nulls written, times ISO 8601 UTC.</summary>
internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = Configure(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    /// <summary>Makes these options write as the API does.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        // Never put into HTML by itself, so text in other scripts may stay readable.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UtcConverter());
        options.Converters.Add(new JobOptionsJsonConverter());
        return options;
    }

    /// <summary>Times end in Z, whatever the offset they came with.</summary>
    private sealed class UtcConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value.UtcDateTime);
    }
}
