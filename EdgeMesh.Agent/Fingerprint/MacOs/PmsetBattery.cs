using System.Globalization;

namespace EdgeMesh.Agent.Fingerprint.MacOs;

/// <summary>The battery as <c>pmset -g batt</c> tells it.</summary>
public static class PmsetBattery
{
    public const string Program = "/usr/bin/pmset";

    public static IReadOnlyList<string> Arguments { get; } = ["-g", "batt"];

    /// <summary>Reads its text; null without an internal battery (a UPS is not the machine's own).</summary>
    public static BatteryReading? Parse(string output)
    {
        var lines = output.Split('\n');
        var battery = Array.Find(lines, l => l.Contains("-InternalBattery", StringComparison.Ordinal) && !l.Contains("present: false", StringComparison.Ordinal));
        var percent = battery?.IndexOf('%', StringComparison.Ordinal) ?? -1;
        if (percent < 1)
            return null;
        var start = percent;
        while (start > 0 && char.IsAsciiDigit(battery![start - 1]))
            start--;
        if (!int.TryParse(battery.AsSpan(start, percent - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > 100)
            return null;
        bool? mains = output.Contains("'AC Power'", StringComparison.Ordinal) ? true : output.Contains("'Battery Power'", StringComparison.Ordinal) ? false : null;
        return new BatteryReading(value, mains);
    }
}
