using System.Text.Json;
using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Jobs;

/// <summary>
/// Reads and writes a <see cref="JobRequest"/> as api.md says. The options' shape depends on the kind, wherever the kind stands in
/// the document. A <see cref="JsonException"/>'s message is fit to show and its path names the field.
/// </summary>
public sealed class JobRequestJsonConverter : JsonConverter<JobRequest>
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    };

    public override JobRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("$", "The request must be a JSON object.");
        }

        Fields fields = default;
        foreach (var property in document.RootElement.EnumerateObject())
        {
            fields.Set(property, Name(property));
        }

        var kind = Enumeration<JobKind>(fields.Kind, "kind") ??
            throw Wrong("$.kind", $"The field kind is missing. It is one of {Names<JobKind>()}.");
        return new JobRequest(
            kind,
            Text(fields.Text, "text") ?? "",
            Enumeration<JobPolicy>(fields.Policy, "policy") ?? JobPolicy.BestAvailable,
            Device(fields.DeviceId),
            Text(fields.Model, "model"),
            WholeNumber(fields.MaxWorkers, "maxWorkers"),
            Options(kind, fields.Options),
            Text(fields.FileName, "fileName"));
    }

    public override void Write(Utf8JsonWriter writer, JobRequest value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        writer.WritePropertyName("kind");
        JsonSerializer.Serialize(writer, value.Kind, Strict);
        writer.WriteString("text", value.Text);
        writer.WritePropertyName("policy");
        JsonSerializer.Serialize(writer, value.Policy, Strict);
        writer.WriteString("deviceId", value.DeviceId?.Value);
        writer.WriteString("model", value.Model);
        writer.WritePropertyName("maxWorkers");
        JsonSerializer.Serialize(writer, value.MaxWorkers, Strict);
        writer.WritePropertyName("options");
        JsonSerializer.Serialize(writer, value.Options, value.Options.GetType(), Strict);
        if (value.FileName is not null)
        {
            writer.WriteString("fileName", value.FileName);
        }

        writer.WriteEndObject();
    }

    private static JobOptions Options(JobKind kind, JsonElement? element)
    {
        if (element is not { ValueKind: not JsonValueKind.Null } given)
        {
            return JobOptions.Default(kind);
        }

        if (given.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("$.options", "The field options must be an object.");
        }

        // The serializer knows the property and would skip it: the kind stands beside the options, not in them.
        if (given.TryGetProperty("kind", out _))
        {
            throw NotAnOption(kind, "$.options.kind");
        }

        try
        {
            var read = (JobOptions)given.Deserialize(JobOptions.Default(kind).GetType(), Strict)!;
            return read is ChatOptions { Messages.IsDefault: true } chat ? chat with { Messages = [] } : read;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw NotAnOption(kind, (e as JsonException)?.Path is { Length: > 1 } inner ? "$.options" + inner[1..] : "$.options");
        }
    }

    private static JsonException NotAnOption(JobKind kind, string path)
    {
        var known = string.Join(", ", JobOptions.Default(kind).GetType().GetProperties()
            .Where(p => p.Name is not ("EqualityContract" or nameof(JobOptions.Kind))).Select(p => JsonNamingPolicy.CamelCase.ConvertName(p.Name)));
        return Wrong(path, $"{path[2..]} is not an option of {Name(kind)}, or its value has the wrong type. The options are: {(known.Length == 0 ? "none" : known)}.");
    }

    private static string Name(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("$", "The name of a field has half of a surrogate pair, so it is not valid Unicode.");
        }
    }

    private static string? Text(JsonElement? element, string field) => element?.ValueKind switch
    {
        null or JsonValueKind.Null => null,
        JsonValueKind.String => Unescape(element.Value, field),
        _ => throw Wrong("$." + field, $"The field {field} must be a text."),
    };

    private static string Unescape(JsonElement element, string field)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong("$." + field, $"The field {field} has half of a surrogate pair, so it is not valid Unicode.");
        }
    }

    private static int? WholeNumber(JsonElement? element, string field) => element?.ValueKind switch
    {
        null or JsonValueKind.Null => null,
        JsonValueKind.Number when element.Value.TryGetInt32(out var number) => number,
        _ => throw Wrong("$." + field, $"The field {field} must be a whole number."),
    };

    private static DeviceId? Device(JsonElement? element) => Text(element, "deviceId") switch
    {
        null => null,
        var text when Primitives.DeviceId.TryParse(text, out var id) => id,
        _ => throw Wrong("$.deviceId", $"The field deviceId is not a device id ({Primitives.DeviceId.Length} characters, as GET /api/devices lists them)."),
    };

    private static T? Enumeration<T>(JsonElement? element, string field)
        where T : struct, Enum
    {
        if (Text(element, field) is not { } text)
        {
            return null;
        }

        foreach (var value in Enum.GetValues<T>())
        {
            if (Name(value) == text)
            {
                return value;
            }
        }

        throw Wrong("$." + field, $"The field {field} has an unknown value. It is one of {Names<T>()}.");
    }

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(v => Name(v)));

    private static string Name<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value, Strict).GetString()!;

    private static JsonException Wrong(string path, string message) => new(message, path, null, null);

    private struct Fields
    {
        public JsonElement? Kind, Text, Policy, DeviceId, Model, MaxWorkers, Options, FileName;

        public void Set(JsonProperty property, string name)
        {
            switch (name)
            {
                case "kind": Kind = Once(Kind, property); break;
                case "text": Text = Once(Text, property); break;
                case "policy": Policy = Once(Policy, property); break;
                case "deviceId": DeviceId = Once(DeviceId, property); break;
                case "model": Model = Once(Model, property); break;
                case "maxWorkers": MaxWorkers = Once(MaxWorkers, property); break;
                case "options": Options = Once(Options, property); break;
                case "fileName": FileName = Once(FileName, property); break;
                default:
                    throw Wrong("$." + name, $"There is no field {name}. The fields are kind, text, policy, deviceId, model, maxWorkers, options and fileName.");
            }
        }

        private static JsonElement Once(JsonElement? before, JsonProperty property) =>
            before is null ? property.Value : throw Wrong("$." + property.Name, $"The field {property.Name} is there twice.");
    }
}
