namespace EdgeMesh.Agent.Cli.QaiHub;

/// <summary>Columns of text, for people and for <c>grep</c>.</summary>
internal static class TextTable
{
    private const int MostCell = 60;
    private const string Between = "  ";

    public static void Print(string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> all = [head, .. rows.Select(r => r.Select(Fit).ToArray())];
        var widths = head.Select((_, column) => all.Max(r => r[column].Length)).ToArray();
        foreach (var row in all)
        {
            Console.WriteLine(string.Join(Between, row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string Fit(string cell)
    {
        var plain = new string([.. cell.Where(c => !char.IsControl(c))]);
        return plain.Length <= MostCell ? plain : plain[..(MostCell - 1)] + "…";
    }
}
