using System.Globalization;
using System.Text;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>
/// The Unicode normalisation forms (UAX #15). <see cref="string.Normalize()"/> leaves everything beyond ASCII as it is in a program with
/// InvariantGlobalization, so the data stands in normalization.txt.
/// </summary>
internal static class UnicodeForms
{
    private const int HangulBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TailBase = 0x11A7;
    private const int Vowels = 21;
    private const int Tails = 28;
    private const int HangulCount = 19 * Vowels * Tails;
    private static readonly Lazy<Tables> Data = new(Tables.Read);

    public static string Normalize(string text, NormalizationForm form)
    {
        // Nothing below these composes or decomposes.
        var plain = form == NormalizationForm.FormC ? '\u02ff' : '\u007f';
        if (text.AsSpan().IndexOfAnyExceptInRange('\0', plain) < 0)
        {
            return text;
        }

        var compatible = form is NormalizationForm.FormKC or NormalizationForm.FormKD;
        var codes = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, compatible, codes);
        }

        Order(codes);
        if (form is NormalizationForm.FormC or NormalizationForm.FormKC)
        {
            Compose(codes);
        }

        var result = new StringBuilder(codes.Count);
        foreach (var code in codes)
        {
            _ = code <= 0xFFFF ? result.Append((char)code) : result.Append(char.ConvertFromUtf32(code));
        }

        return result.ToString();
    }

    private static void Decompose(int code, bool compatible, List<int> codes)
    {
        var syllable = code - HangulBase;
        if (syllable is >= 0 and < HangulCount)
        {
            codes.Add(LeadBase + (syllable / (Vowels * Tails)));
            codes.Add(VowelBase + (syllable % (Vowels * Tails) / Tails));
            if (syllable % Tails > 0)
            {
                codes.Add(TailBase + (syllable % Tails));
            }
        }
        else if (Data.Value.Canonical.TryGetValue(code, out var parts) || (compatible && Data.Value.Compatible.TryGetValue(code, out parts)))
        {
            foreach (var part in parts)
            {
                Decompose(part, compatible, codes);
            }
        }
        else
        {
            codes.Add(code);
        }
    }

    // Marks on one character stand in the order of their classes; those of one class keep theirs.
    private static void Order(List<int> codes)
    {
        for (var start = 0; start < codes.Count; start++)
        {
            var end = start;
            while (end < codes.Count && Class(codes[end]) > 0)
            {
                end++;
            }

            if (end - start > 1)
            {
                var sorted = codes.GetRange(start, end - start).OrderBy(Class).ToList();
                codes.RemoveRange(start, end - start);
                codes.InsertRange(start, sorted);
            }

            start = Math.Max(start, end - 1);
        }
    }

    private static void Compose(List<int> codes)
    {
        var (starter, lastClass, length) = (-1, 0, 0);
        for (var i = 0; i < codes.Count; i++)
        {
            var code = codes[i];
            var cls = Class(code);
            // Blocked when something of the same or a higher class stands between.
            var reachable = starter >= 0 && (starter == length - 1 || (lastClass < cls && lastClass > 0));
            if (reachable && Pair(codes[starter], code) is { } composed)
            {
                codes[starter] = composed;
                continue;
            }

            starter = cls == 0 ? length : starter;
            lastClass = cls;
            codes[length++] = code;
        }

        codes.RemoveRange(length, codes.Count - length);
    }

    private static int? Pair(int first, int second)
    {
        if (first is >= LeadBase and < LeadBase + 19 && second is >= VowelBase and < VowelBase + Vowels)
        {
            return HangulBase + ((((first - LeadBase) * Vowels) + second - VowelBase) * Tails);
        }

        if (first - HangulBase is >= 0 and < HangulCount && (first - HangulBase) % Tails == 0 && second is > TailBase and < TailBase + Tails)
        {
            return first + second - TailBase;
        }

        return Data.Value.Pairs.TryGetValue((first, second), out var composed) ? composed : null;
    }

    private static int Class(int code) => code < 0x300 ? 0 : Data.Value.Classes.GetValueOrDefault(code);

    /// <summary>normalization.txt, read once.</summary>
    private sealed record Tables(Dictionary<int, int> Classes, Dictionary<int, int[]> Canonical, Dictionary<int, int[]> Compatible, Dictionary<(int, int), int> Pairs)
    {
        public static Tables Read()
        {
            var tables = new Tables([], [], [], []);
            using var stream = typeof(UnicodeForms).Assembly.GetManifestResourceStream("normalization.txt")!;
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                if (line.Split(';') is [var code, var cls, var kind, var parts])
                {
                    tables.Add(Hex(code), cls.Length > 0 ? int.Parse(cls, CultureInfo.InvariantCulture) : 0, kind, parts);
                }
            }

            return tables;
        }

        private void Add(int code, int cls, string kind, string parts)
        {
            if (cls > 0)
            {
                Classes[code] = cls;
            }

            if (kind.Length == 0)
            {
                return;
            }

            var codes = parts.Split(' ').Select(Hex).ToArray();
            (kind == "k" ? Compatible : Canonical)[code] = codes;
            if (kind == "c" && codes.Length == 2)
            {
                Pairs[(codes[0], codes[1])] = code;
            }
        }

        private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }
}
