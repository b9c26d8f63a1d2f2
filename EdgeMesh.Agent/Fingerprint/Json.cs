using System.Globalization;
using System.Text.Json;

namespace EdgeMesh.Agent.Fingerprint;

/// <summary>Reads JSON of other programs: anything missing, odd or broken is null or empty, never an exception.</summary>
internal static class Json
{
    /// <summary>The document; null when the text is not JSON.</summary>
    public static JsonDocument? TryParse(string text)
    {
        try
        {
            return JsonDocument.Parse(text.Trim().TrimStart('\uFEFF'), new JsonDocumentOptions { AllowTrailingCommas = true });
        }
        catch (JsonException)
        {
            return null;
        }
        catch (ArgumentException)
        {
            return null; // a lone surrogate cannot become UTF-8
        }
    }

    /// <summary>A member's rows: an array's objects, or the one object where the writer unwrapped a single row.</summary>
    public static IEnumerable<JsonElement> Rows(JsonElement parent, string name)
    {
        var member = Member(parent, name);
        return member.ValueKind switch
        {
            JsonValueKind.Array => member.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object),
            JsonValueKind.Object => [member],
            _ => [],
        };
    }

    /// <summary>A member as text, trimmed; null when it is missing, blank or not a string or number.</summary>
    public static string? Text(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var member))
            return null;
        try
        {
            var text = member.ValueKind switch
            {
                JsonValueKind.String => member.GetString()?.Trim(),
                JsonValueKind.Number => member.GetRawText(),
                _ => null,
            };
            return string.IsNullOrEmpty(text) ? null : text;
        }
        catch (InvalidOperationException)
        {
            return null; // an escaped lone surrogate
        }
    }

    /// <summary>A member as a whole number, also when written as text; null otherwise.</summary>
    public static long? Number(JsonElement parent, string name) =>
        Text(parent, name) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>A member's numbers: an array's, or the one number where the writer unwrapped it.</summary>
    public static IEnumerable<long> Numbers(JsonElement parent, string name)
    {
        if (Number(parent, name) is { } single)
            return [single];
        var member = Member(parent, name);
        return member.ValueKind == JsonValueKind.Array
            ? member.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Number && e.TryGetInt64(out _)).Select(e => e.GetInt64())
            : [];
    }

    // Windows PowerShell 5.1 writes some arrays as {"value":[…],"Count":n}.
    private static JsonElement Member(JsonElement parent, string name)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var member))
            return default;
        return member.ValueKind == JsonValueKind.Object && member.TryGetProperty("value", out var inner) && member.TryGetProperty("Count", out _) ? inner : member;
    }
}
