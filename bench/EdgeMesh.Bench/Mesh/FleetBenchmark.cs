using EdgeMesh.Bench.Memory;

namespace EdgeMesh.Bench.Mesh;

/// <summary>What many linked devices cost the dashboard while nothing happens but their beats.</summary>
internal sealed class FleetBenchmark : IBenchmark
{
    private const int Devices = 500;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(30);

    public string Name => "fleet";

    public string Summary => "processor time and resident memory of the dashboard with 500 simulated devices linked, a beat each 500 ms";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await RealDashboard.StartAsync(directory["data"], cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        var (idleCores, idleMb) = await MeasureAsync(dashboard.Process, cancellationToken);
        await using var fleet = await SimulatedFleet.JoinAsync(dashboard, Devices, cancellationToken);
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        var (cores, mb) = await MeasureAsync(dashboard.Process, cancellationToken);
        const string Idle = "the same dashboard with its embedded device only";
        return
        [
            new($"dashboard, {Devices} linked devices, processor cores busy", cores, "cores", Target.AtMost(1), Idle, idleCores),
            new($"dashboard, {Devices} linked devices, resident", mb, "MB", Target.AtMost(500), Idle, idleMb),
        ];
    }

    private static async Task<(double Cores, double Mb)> MeasureAsync(ProgramProcess process, CancellationToken cancellationToken)
    {
        var (start, cpu) = (Stopwatch.GetTimestamp(), process.ProcessorTime);
        var mb = await process.ResidentMbOverAsync(Measured, cancellationToken);
        return ((process.ProcessorTime - cpu) / Stopwatch.GetElapsedTime(start), mb);
    }
}
