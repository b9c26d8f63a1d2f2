using EdgeMesh.Tests.Support;

namespace EdgeMesh.Bench.Mesh;

/// <summary>How soon a device that went silent, or died, is known to have.</summary>
internal sealed class DetectionBenchmark : IBenchmark
{
    private const int Times = 5;
    private const int Sigstop = 19;
    private const int Sigcont = 18;

    public string Name => "detection";

    public string Summary => "from stopping or killing a real agent until the dashboard calls it suspect and lost";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await RealDashboard.StartAsync(directory["data"], cancellationToken);
        double[] suspect = new double[Times], lost = new double[Times], killed = new double[Times], asked = new double[Times];
        var token = await dashboard.JoinTokenAsync(cancellationToken);
        for (var i = 0; i < Times; i++)
        {
            await using (var agent = Agent(dashboard, token, directory["agent"]))
            {
                await dashboard.StateAsync("Watched", "Online", cancellationToken);
                // Its rhythm has to be learned as any device's.
                await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, cancellationToken);
                agent.Signal(Sigstop);
                var start = Stopwatch.GetTimestamp();
                await dashboard.StateAsync("Watched", "Suspect", cancellationToken);
                suspect[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                await dashboard.StateAsync("Watched", "Lost", cancellationToken);
                lost[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
                agent.Signal(Sigcont);
                await dashboard.StateAsync("Watched", "Online", cancellationToken);

                start = Stopwatch.GetTimestamp();
                await dashboard.StateAsync("Watched", "Online", cancellationToken);
                asked[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                start = Stopwatch.GetTimestamp();
                await agent.DisposeAsync();
                await dashboard.StateAsync("Watched", "Suspect", cancellationToken);
                killed[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            token = null;
        }

        const string Asking = "one request that asks for the state";
        var baseline = Repeat.Median(asked);
        return
        [
            new($"agent stopped (SIGSTOP), suspect after, slowest of {Times}", suspect.Max(), "s", Target.AtMost(2), Asking, baseline / 1_000),
            new($"agent stopped (SIGSTOP), lost after, slowest of {Times}", lost.Max(), "s", Target.AtMost(3.5), Asking, baseline / 1_000),
            new($"agent killed, suspect after, median of {Times}", Repeat.Median(killed), "ms", Target.AtMost(100), Asking, baseline),
        ];
    }

    private static ProgramProcess Agent(RealDashboard dashboard, string? token, string data) => ProgramProcess.Start(
        BuiltPrograms.Agent, ["run", "--orchestrator", dashboard.Address.ToString(), "--name", "Watched", "--data", data, .. token is null ? (string[])[] : ["--token", token]]);
}
