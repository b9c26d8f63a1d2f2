using System.Globalization;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>Figures in words, the same everywhere.</summary>
public static class Format
{
    public static string Ms(double? ms) => ms switch
    {
        null => "unknown",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1_000:0.0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000:0.0} min"),
    };

    public static string Gb(double mb) => mb < 1_024
        ? string.Create(CultureInfo.InvariantCulture, $"{mb:0.#} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{mb / 1_024:0.0} GB");

    public static string Ago(DateTimeOffset? at, DateTimeOffset now) => at is not { } then ? "never" : (now - then) switch
    {
        { TotalSeconds: < 90 } age => string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, age.TotalSeconds):0} s ago"),
        { TotalMinutes: < 90 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min ago"),
        { TotalHours: < 48 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h ago"),
        var age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days ago"),
    };

    /// <summary>A length in percent for CSS.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(share, 0, 1) * 100:0.##}%");

    /// <summary>The lane colour class of a device.</summary>
    public static string Lane(int ordinal) => $"l{(ordinal % 6) + 1}";
}
