namespace EdgeMesh.Bench.Reporting;

/// <summary>Rows as a Markdown table, padded so that it reads in a terminal too.</summary>
internal static class Table
{
    private static readonly string[] Head = ["what", "value", "target", "baseline", "ratio", "target met"];

    public static string Markdown(IEnumerable<Row> rows)
    {
        var cells = rows.Select(Cells).Prepend(Head).ToList();
        var widths = Enumerable.Range(0, Head.Length).Select(i => cells.Max(c => c[i].Length)).ToArray();
        var lines = cells.Select(c => "| " + string.Join(" | ", c.Select((text, i) => text.PadRight(widths[i]))) + " |").ToList();
        lines.Insert(1, "|" + string.Join('|', widths.Select(w => new string('-', w + 2))) + "|");
        return string.Join('\n', lines);
    }

    private static string[] Cells(Row row) =>
    [
        row.What,
        $"{Number(row.Value)} {row.Unit}",
        row.Target is { } target ? $"{(target.IsCeiling ? "≤" : "≥")} {Number(target.Limit)} {row.Unit}" : "",
        $"{row.BaselineName}: {Number(row.Baseline)} {row.Unit}",
        $"{row.Ratio:0.##}",
        row.Met switch { true => "met", false => "NOT MET", null => "" },
    ];

    // Three figures that mean something.
    private static string Number(double value) => Math.Abs(value) switch
    {
        >= 100 => value.ToString("N0"),
        >= 10 => value.ToString("0.0"),
        >= 0.1 => value.ToString("0.00"),
        _ => value.ToString("0.####"),
    };
}
