namespace EdgeMesh.Bench;

/// <summary>Runs the named benchmarks one after another and prints their table.</summary>
internal static class Run
{
    public static async Task<int> AllAsync(IReadOnlyList<IBenchmark> all, string[] names, CancellationToken cancellationToken)
    {
        Console.WriteLine($"{Machine.Describe()}\n");
        List<Row> rows = [];
        foreach (var benchmark in all.Where(b => names.Length == 0 || names.Contains(b.Name)))
        {
            await Console.Error.WriteLineAsync($"{benchmark.Name}: {benchmark.Summary}");
            rows.AddRange(await benchmark.RunAsync(cancellationToken));
        }

        Console.WriteLine(Table.Markdown(rows));
        return rows.Any(r => r.Met == false) ? 1 : 0;
    }
}
