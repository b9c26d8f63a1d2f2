using System.Globalization;
using System.Text;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Bench.Chaos;

/// <summary>One run: calm, faults, calm; then everything is counted.</summary>
internal static class ChaosRun
{
    private const int MostWords = 60;

    /// <returns>0: everything that must be zero is; 1: something is not; 2: it cannot be run so.</returns>
    public static async Task<int> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        if (options.Agents == 0 && (!options.Embedded || options.Faults.Any(f => f.Value > 0 && f.Key is not (Fault.KillDashboard or Fault.StopDashboard))))
        {
            await Console.Error.WriteLineAsync("Without agents there is nothing to work or to be cut off: use --agents N, or --embedded with faults of the dashboard only.");
            return 2;
        }

        var logs = options.Logs is { } folder ? Directory.CreateDirectory(Path.GetFullPath(folder)).FullName : Directory.CreateTempSubdirectory("edgemesh-chaos-").FullName;
        Console.WriteLine($"{Machine.Describe()}\n{Described(options)}\n");
        var start = Stopwatch.GetTimestamp();
        if (await TriedAsync(options, logs, Say, cancellationToken) is not (var verdict, var torment))
        {
            await Orphans.EndAsync(logs);
            return 1;
        }

        var orphans = await Orphans.EndAsync(logs);
        verdict.Orphans = orphans.Length;
        orphans.ToList().ForEach(verdict.Say);

        var (rows, right) = verdict.Table();
        Console.WriteLine(Markdown(rows, torment, Stopwatch.GetElapsedTime(start)));
        foreach (var words in verdict.Words.Take(MostWords))
        {
            await Console.Error.WriteLineAsync(words);
        }

        if (right && options.Logs is null)
        {
            Directory.Delete(logs, recursive: true);
        }
        else
        {
            await Console.Error.WriteLineAsync($"{verdict.Words.Count:N0} remarks in all, seed {options.Seed}; what every process printed is in {logs}");
            await File.WriteAllLinesAsync(Path.Combine(logs, "remarks.txt"), verdict.Words, CancellationToken.None);
        }

        return right ? 0 : 1;

        void Say(string words) => Console.Error.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds,7:0.0} s  {words}");
    }

    private static async Task<(Verdict Verdict, Torment Torment)?> TriedAsync(ChaosOptions options, string logs, Action<string> say, CancellationToken cancellationToken)
    {
        try
        {
            return await TormentAsync(options, logs, say, cancellationToken);
        }
        catch (TimeoutException e)
        {
            say($"{e.Message} Seed {options.Seed}; what every process printed is in {logs}");
            return null;
        }
    }

    private static async Task<(Verdict Verdict, Torment Torment)> TormentAsync(ChaosOptions options, string logs, Action<string> say, CancellationToken cancellationToken)
    {
        await using var mesh = await ChaosMesh.StartAsync(options, logs, cancellationToken);
        var clients = new Clients(mesh, new WorkMix(options.Seed), options.Seed);
        var torment = new Torment(mesh, options, say);
        var summary = await clients.LearnSummaryAsync(cancellationToken);
        var models = new ModelMoves(mesh, options.Seed);
        await models.BringAdderAsync(cancellationToken);
        say("everything is up");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var work = Enumerable.Range(1, options.Clients).Select(n => clients.WorkAsync(n, summary, stop.Token)).Append(models.WorkAsync(stop.Token)).ToList();
        await Task.Delay(TimeSpan.FromSeconds(options.Calm), TimeProvider.System, cancellationToken);
        await torment.RunAsync(cancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(options.Calm), TimeProvider.System, cancellationToken);
        await stop.CancelAsync();
        try
        {
            await Task.WhenAll(work).WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Not everything that was sent was accepted 2 min after the last fault: {string.Join("; ", clients.Waiting.Append(models.Waiting).Where(w => w.Length > 0))}. {Answers(clients)}.");
        }

        say("no more work is sent; what is open may end");
        var verdict = await new Judge(mesh, clients).JudgeAsync(cancellationToken);
        verdict.Moves = models.Accepted;
        foreach (var missing in await models.JudgeAsync(cancellationToken))
        {
            verdict.MovesLost++;
            verdict.Say($"{missing} never arrived.");
        }

        say(Answers(clients));
        return (verdict, torment);
    }

    private static string Answers(Clients clients) =>
        $"answers other than 202: {string.Join(", ", clients.Refusals.Select(r => $"{r.Value} x {r.Key}"))}; without an answer: {clients.Unanswered}";

    private static string Described(ChaosOptions options) =>
        $"seed {options.Seed}, {options.Agents} agents{(options.Embedded ? " and the embedded device" : "")}, {options.Clients} clients, " +
        string.Join(", ", options.Faults.Where(f => f.Value > 0).Select(f => $"{f.Value} x {ChaosCommand.Dashed(f.Key)}").DefaultIfEmpty("no faults"));

    private static string Markdown(ImmutableArray<(string What, string Count, bool? IsRight)> rows, Torment torment, TimeSpan took)
    {
        var ready = torment.ReadyAfter.Count == 0 ? [] : new[] { ("dashboard ready after its start: median, slowest", string.Create(CultureInfo.InvariantCulture, $"{Repeat.Median([.. torment.ReadyAfter]):0.0} s, {torment.ReadyAfter.Max():0.0} s"), (bool?)null) };
        var all = torment.Done.Select(d => ($"fault: {ChaosCommand.Dashed(d.Key)}", $"{d.Value:N0}", (bool?)null)).Concat(rows).Concat(ready).Append(("the run took", $"{took.TotalSeconds:N0} s", null)).ToList();
        var (width, second) = (all.Max(r => r.Item1.Length), Math.Max(5, all.Max(r => r.Item2.Length)));
        var table = new StringBuilder($"| {"what".PadRight(width)} | {"count".PadRight(second)} | must be 0 |\n|{new string('-', width + 2)}|{new string('-', second + 2)}|-----------|\n");
        foreach (var (what, count, right) in all)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {what.PadRight(width)} | {count.PadRight(second)} | {right switch { true => "holds", false => "DOES NOT", null => "" },-9} |\n");
        }

        return table.ToString();
    }
}
