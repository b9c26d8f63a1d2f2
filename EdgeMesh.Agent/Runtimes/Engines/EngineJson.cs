using System.Globalization;
using System.Text.Json;

namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>Reads an engine's JSON as it comes: what is missing, of another type, out of range or no valid Unicode is nothing, never an exception.</summary>
public static class EngineJson
{
    /// <summary>A property; an undefined element when there is none or this is no object.</summary>
    public static JsonElement At(this JsonElement json, string name)
    {
        try
        {
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // Another property's name has half of a surrogate pair.
            return default;
        }
    }

    /// <summary>The properties of an object, those whose names are no valid Unicode left out; none of anything else.</summary>
    public static IEnumerable<(string Name, JsonElement Value)> Properties(this JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (var property in json.EnumerateObject())
        {
            if (NameOf(property) is { } name)
            {
                yield return (name, property.Value);
            }
        }
    }

    /// <summary>The entries of an array; none of anything else.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : [];

    /// <summary>The entries of a list that stands alone or under one of these names.</summary>
    public static IEnumerable<JsonElement> List(this JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.At(name) is { ValueKind: JsonValueKind.Array } list)
            {
                return list.Items();
            }
        }

        return json.Items();
    }

    /// <summary>A text; null for anything else.</summary>
    public static string? Text(this JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A whole number, also as <c>1e9</c>, <c>4096.0</c> or in quotes; null for anything else and for what 64 bits do not hold.</summary>
    public static long? Whole(this JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number when json.TryGetInt64(out var whole) => whole,
        _ => json.Number() is { } number && Math.Abs(number) < long.MaxValue && Math.Floor(number) == number ? (long)number : null,
    };

    /// <summary>A finite number, also in quotes; null for anything else.</summary>
    public static double? Number(this JsonElement json)
    {
        var number = json.ValueKind switch
        {
            JsonValueKind.Number when json.TryGetDouble(out var value) => value,
            JsonValueKind.String when double.TryParse(json.Text(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) => value,
            _ => double.NaN,
        };
        return double.IsFinite(number) ? number : null;
    }

    /// <summary>A number of things: not negative, and no larger than an <see cref="int"/>; null for anything else.</summary>
    public static int? Count(this JsonElement json) => json.Whole() is >= 0 and <= int.MaxValue and var count ? (int)count : null;

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
