using System.Globalization;

namespace EdgeMesh.Dashboard.Components.Controls;

/// <summary>Figures in words, the same everywhere.</summary>
public static class Format
{
    private static readonly string[] Small = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

    public static string Ms(double? ms) => ms switch
    {
        null => "unknown",
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{ms:0.0} ms"),
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{ms:0} ms"),
        < 60_000 => string.Create(CultureInfo.InvariantCulture, $"{ms / 1_000:0.0} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ms / 60_000:0.0} min"),
    };

    /// <summary>A predicted time, no finer than it is known: two figures, as <c>310 ms</c>, <c>4.2 s</c>, <c>31 s</c>, <c>1.5 min</c>.</summary>
    public static string About(double ms)
    {
        var (unit, size) = Unit(ms);
        return $"{TwoFigures(ms / size)} {unit}";
    }

    /// <summary>A predicted range in one unit: <c>30–60 s</c>. In two when the first figure would be nothing in the unit of the second.</summary>
    public static string Range(double fromMs, double toMs)
    {
        var (unit, size) = Unit(toMs);
        if (fromMs / size < 0.095)
        {
            return $"{About(fromMs)} to {About(toMs)}";
        }

        var (from, to) = (TwoFigures(fromMs / size), TwoFigures(toMs / size));
        return from == to ? $"{to} {unit}" : $"{from}–{to} {unit}";
    }

    /// <summary>The time of a single run, which may be a small part of a millisecond: <c>0.012 ms</c>.</summary>
    public static string Run(double ms) => ms < 1 ? string.Create(CultureInfo.InvariantCulture, $"{ms:0.###} ms") : Ms(ms);

    public static string Gb(double mb) => mb switch
    {
        > 0 and < 0.05 => "under 0.1 MB",
        < 1_024 => string.Create(CultureInfo.InvariantCulture, $"{mb:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{mb / 1_024:0.0} GB"),
    };

    /// <summary>How long ago, ticking by the second; what is younger than a second is <c>just now</c>.</summary>
    public static string Ago(DateTimeOffset? at, DateTimeOffset now) => at switch
    {
        null => "never",
        { } then when now - then < TimeSpan.FromSeconds(1) => "just now",
        { } then => $"{Age(then, now)} ago",
    };

    /// <summary>How old, in whole units: <c>12 min</c>.</summary>
    public static string Age(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: < 90 } age => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(Math.Max(0, age.TotalSeconds)):0} s"),
        { TotalMinutes: < 90 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min"),
        { TotalHours: < 48 } age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h"),
        var age => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} days"),
    };

    /// <summary>What is left, as <c>14:52</c>; never below zero.</summary>
    public static string Countdown(TimeSpan left) => left <= TimeSpan.Zero ? "0:00"
        : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalMinutes}:{left.Seconds:00}");

    /// <summary>A count at the start of a sentence or in it; words up to twelve.</summary>
    public static string Count(int count) => count >= 0 && count < Small.Length ? Small[count] : count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>The sentence with a capital.</summary>
    public static string Capital(string sentence) => sentence.Length == 0 ? sentence : char.ToUpperInvariant(sentence[0]) + sentence[1..];

    // Seconds up to two minutes and minutes up to two hours, so that a range seldom needs two units.
    private static (string Unit, double Ms) Unit(double ms) => ms switch
    {
        < 995 => ("ms", 1),
        < 120_000 => ("s", 1_000),
        < 7_200_000 => ("min", 60_000),
        _ => ("h", 3_600_000),
    };

    private static string TwoFigures(double value) => value switch
    {
        < 9.95 => value.ToString("0.0", CultureInfo.InvariantCulture),
        < 99.5 => value.ToString("0", CultureInfo.InvariantCulture),
        _ => (Math.Round(value / 10) * 10).ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>A length in percent for CSS.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(share, 0, 1) * 100:0.##}%");

    /// <summary>The lane colour class of a device.</summary>
    public static string Lane(int ordinal) => $"l{(ordinal % 6) + 1}";
}
