using System.Collections.Concurrent;
using System.Globalization;

namespace EdgeMesh.Core.Costing;

/// <summary>
/// The words of <see cref="Estimate.Basis"/>. A fleet says the same few ones at every keystroke of a form, and formatting them took a third of a
/// decision's time: they are kept, a bounded number of them. Thread-safe.
/// </summary>
internal static class BasisWords
{
    private const int Most = 10_000;
    private static readonly ConcurrentDictionary<(string Words, long Value), string> Kept = new();

    public static string Runs(int runs, EstimateOrigin origin) =>
        Of(origin == EstimateOrigin.Measured ? " runs here" : " runs on another device", runs, static (words, value) => value.ToString(CultureInfo.InvariantCulture) + words);

    public static string CharactersPerSecond(double speed, bool measured) =>
        Of(measured ? " characters/s measured by the device at its start" : " characters/s assumed", (long)speed, static (words, value) => value.ToString("N0", CultureInfo.InvariantCulture) + words);

    /// <summary>Behind other words.</summary>
    public static string LoadedAgain(int tokens) =>
        Of(" tokens of context", tokens, static (words, value) => $"; it is loaded again with {value.ToString("N0", CultureInfo.InvariantCulture)}{words}");

    /// <param name="value">Rounded to a tenth.</param>
    public static string Tenths(double value, string words) =>
        Of(words, (long)Math.Round(value * 10), static (words, tenths) => string.Create(CultureInfo.InvariantCulture, $"{tenths / 10}.{tenths % 10}{words}"));

    private static string Of(string words, long value, Func<string, long, string> format)
    {
        if (Kept.TryGetValue((words, value), out var kept))
        {
            return kept;
        }

        if (Kept.Count >= Most)
        {
            Kept.Clear();
        }

        return Kept[(words, value)] = format(words, value);
    }
}
