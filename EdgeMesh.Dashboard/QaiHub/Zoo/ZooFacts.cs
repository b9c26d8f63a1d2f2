using System.Globalization;
using EdgeMesh.Core.Artifacts;

namespace EdgeMesh.Dashboard.QaiHub.Zoo;

/// <summary>The figures that Qualcomm publishes for its public models: the tables in Facts, which tools/model-zoo writes.</summary>
public static class ZooFacts
{
    /// <summary>The release of <c>qualcomm/ai-hub-models</c> whose figures these are.</summary>
    public const string Release = "0.47.0";

    // As the parts run, not by their letters; those that are not here come first.
    private static readonly string[] s_order = ["text_encoder", "encoder", "detector", "unet", "decoder", "recognizer", "vae"];
    private static readonly Lazy<ImmutableArray<ZooModel>> s_models = new(Read);

    /// <summary>By name.</summary>
    public static ImmutableArray<ZooModel> Models => s_models.Value;

    /// <summary>Every chip, by name.</summary>
    public static ImmutableArray<ZooChip> Chips { get; } = [.. Table("chips", 2).Select(Chip).OrderBy(c => c.Name, StringComparer.OrdinalIgnoreCase)];

    public static ZooModel? Find(string id) => Models.FirstOrDefault(m => m.Id == id);

    private static ImmutableArray<ZooModel> Read()
    {
        var chips = Chips.ToDictionary(c => c.Chipset);
        var builds = Table("figures", 9).Select(row => (Key: (row[0], row[1], row[2], row[3]), Part: (ZooPart?)Part(row), Text: (ZooTextSpeed?)null))
            .Concat(Table("texts", 8).Select(row => (Key: (row[0], row[1], row[2], row[3]), Part: (ZooPart?)null, Text: (ZooTextSpeed?)Text(row))))
            .GroupBy(row => row.Key, (key, rows) => (Key: key, Rows: rows.ToList()))
            .Select(b => new ZooBuild(
                b.Key.Item1, ZooRuntime.Of(b.Key.Item2) ?? throw new InvalidDataException($"The zoo's facts name the runtime {b.Key.Item2}."), b.Key.Item3, chips[b.Key.Item4],
                [.. b.Rows.Select(r => r.Part).OfType<ZooPart>().OrderBy(p => Array.IndexOf(s_order, p.Name))], b.Rows.Select(r => r.Text).FirstOrDefault(t => t is not null)))
            .ToLookup(b => b.Model);
        return
        [
            .. Table("models", 4).Select(row => new ZooModel(row[0], row[1], row[2], row[3] == "-" ? null : row[3], [.. builds[row[0]].OrderBy(b => b.Rank)]))
                .OrderBy(m => m.Name, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static ZooPart Part(string[] row)
    {
        var layers = row[7].Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
        return new ZooPart(row[4] == "-" ? "" : row[4], Number(row[5]), (int)Number(row[6]), layers[0], layers[1], layers[2], row[8]);
    }

    private static ZooTextSpeed Text(string[] row) => new((int)Number(row[4]), Number(row[5]), (Number(row[6]), Number(row[7])));

    private static ZooChip Chip(string[] row)
    {
        // A proxy is another device with the same chip.
        var chipset = row[0].Replace("-proxy", "", StringComparison.Ordinal);
        var known = Chipsets.All.FirstOrDefault(c => c.HubNames.Contains(row[0])) ?? Chipsets.All.FirstOrDefault(c => c.HubNames.Contains(chipset));
        return new ZooChip(row[0], known?.Name ?? chipset.Replace("qualcomm-", "", StringComparison.Ordinal).ToUpperInvariant(), row[1], known?.ToTarget() ?? new ChipsetTarget([row[0]]));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Table(string name, int columns)
    {
        using var reader = new StreamReader(typeof(ZooFacts).Assembly.GetManifestResourceStream($"zoo/{name}.tsv")!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith('#'))
            {
                yield return line.Split('\t') is { } row && row.Length == columns ? row : throw new InvalidDataException($"{name}.tsv has a row of other columns: {line}");
            }
        }
    }
}
