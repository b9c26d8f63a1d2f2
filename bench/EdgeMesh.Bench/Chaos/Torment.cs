namespace EdgeMesh.Bench.Chaos;

/// <summary>Does the faults of a run in an order, at instants and for durations that its seed decides; several agents and the dashboard may have one at once.</summary>
internal sealed class Torment(ChaosMesh mesh, ChaosOptions options, Action<string> say)
{
    private readonly Random _random = new(options.Seed);
    private readonly SortedDictionary<Fault, int> _done = [];
    private readonly List<double> _ready = [];

    /// <summary>How many of each were done.</summary>
    public IReadOnlyDictionary<Fault, int> Done => _done;

    /// <summary>Seconds from a start of the dashboard until it was ready, of those that were let live so long.</summary>
    public IReadOnlyList<double> ReadyAfter => _ready;

    /// <summary>Returns when the last fault is over and everything runs again.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Fault[] order = [.. options.Faults.SelectMany(f => Enumerable.Repeat(f.Key, f.Value))];
        _random.Shuffle(order);
        List<Task> going = [];
        foreach (var fault in order)
        {
            await Task.Delay(Seconds(0.2, 3), TimeProvider.System, cancellationToken);
            var agent = mesh.Agents.Count == 0 ? null : mesh.Agents[_random.Next(mesh.Agents.Count)];
            var subject = fault is Fault.KillDashboard or Fault.StopDashboard ? mesh.Dashboard : agent!.Program;
            await subject.Turn.WaitAsync(cancellationToken);
            await Task.WhenAll(going.Where(t => t.IsFaulted)); // what does not come up again ends the run
            subject.StartIfDead();
            say($"{ChaosCommand.Dashed(fault)} {subject.Name}");
            _done[fault] = _done.GetValueOrDefault(fault) + 1;
            going.Add(TurnAsync(subject, fault switch
            {
                Fault.KillDashboard => AgainAsync(subject, subject.KillAsync(), LivesOn()),
                Fault.StopDashboard => AgainAsync(subject, subject.StopAsync(), LivesOn()),
                Fault.KillAgents => AgainAsync(subject, subject.KillAsync(), Seconds(0, 5)),
                Fault.StopAgents => AgainAsync(subject, subject.StopAsync(), Seconds(0, 5)),
                Fault.Freeze => ThenAsync(subject.FreezeAsync(Away(0.5)), Seconds(0, 3)),
                Fault.Cut => ThenAsync(_random.Next(2) == 0 ? agent!.Way.ResetAsync(Away(0.1)) : agent!.Way.HoldAsync(Away(0.1)), Seconds(0, 3)),
                _ => throw new InvalidOperationException($"{fault} cannot be done."),
            }));
        }

        await Task.WhenAll(going);
        mesh.Dashboard.StartIfDead();
        await mesh.ReadyAsync(cancellationToken);
    }

    private static async Task TurnAsync(Subject subject, Task fault)
    {
        try
        {
            await fault;
        }
        finally
        {
            subject.Turn.Release();
        }
    }

    private static async Task ThenAsync(Task fault, TimeSpan rest)
    {
        await fault;
        await Task.Delay(rest, TimeProvider.System);
    }

    /// <param name="rest">How long it lives before its next fault; null: some seconds from when it is ready.</param>
    private async Task AgainAsync(Subject subject, Task end, TimeSpan? rest)
    {
        var after = Seconds(0.5, 8);
        await end;
        subject.Start();
        if (rest is null)
        {
            _ready.Add((await mesh.ReadyAsync(CancellationToken.None)).TotalSeconds);
        }

        await Task.Delay(rest ?? after, TimeProvider.System);
    }

    // One life in four of the dashboard may end while it starts.
    private TimeSpan? LivesOn() => _random.Next(4) == 0 ? Seconds(0, 4) : null;

    // Short ones are more frequent, as in life; up to 20 s.
    private TimeSpan Away(double least)
    {
        var share = _random.NextDouble();
        return TimeSpan.FromSeconds(least + ((20 - least) * share * share));
    }

    private TimeSpan Seconds(double least, double most) => TimeSpan.FromSeconds(least + ((most - least) * _random.NextDouble()));
}
