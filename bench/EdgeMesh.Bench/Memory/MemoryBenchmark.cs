using EdgeMesh.Tests.Support;

namespace EdgeMesh.Bench.Memory;

/// <summary>Resident memory of the real processes.</summary>
internal sealed class MemoryBenchmark : IBenchmark
{
    private const int Devices = 100;
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(10);

    public string Name => "memory";

    public string Summary => "resident memory of the dashboard (idle, with 100 simulated devices) and of an idle agent";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        var (empty, _, _) = await EmptyHost.StartAsync(cancellationToken);
        await using var _ = empty;
        using var directory = new TemporaryDirectory();
        await using var dashboard = await RealDashboard.StartAsync(directory["data"], cancellationToken);
        var idle = await SettledAsync(dashboard.Process, cancellationToken);
        double agentIdle;
        await using (var agent = ProgramProcess.Start(
            BuiltPrograms.Agent, "run", "--orchestrator", dashboard.Address.ToString(), "--token", await dashboard.JoinTokenAsync(cancellationToken), "--name", "Measured", "--data", directory["agent"]))
        {
            await agent.LineAsync("Linked", cancellationToken);
            agentIdle = await SettledAsync(agent, cancellationToken);
        }

        double full, busy;
        await using (await SimulatedFleet.JoinAsync(dashboard, Devices, cancellationToken))
        {
            full = await SettledAsync(dashboard.Process, cancellationToken);
            for (var i = 0; i < 20; i++)
            {
                var succeeded = await dashboard.EchoEverywhereAsync(cancellationToken);
                if (succeeded < Devices)
                {
                    throw new InvalidOperationException($"Only {succeeded} of {Devices} simulated devices answered.");
                }
            }

            busy = await SettledAsync(dashboard.Process, cancellationToken);
        }

        var baseline = await SettledAsync(empty, cancellationToken);
        return
        [
            new("dashboard, idle, resident", idle, "MB", null, EmptyHost.Name, baseline),
            new($"dashboard, {Devices} simulated devices, resident", full, "MB", Target.AtMost(220), EmptyHost.Name, baseline),
            new($"the same after 20 echo jobs on all of them", busy, "MB", Target.AtMost(220), EmptyHost.Name, baseline),
            new("agent, idle, resident", agentIdle, "MB", Target.AtMost(90), EmptyHost.Name, baseline),
        ];
    }

    private static async Task<double> SettledAsync(ProgramProcess process, CancellationToken cancellationToken)
    {
        await Task.Delay(Settle, TimeProvider.System, cancellationToken);
        return await process.ResidentMbOverAsync(Measured, cancellationToken);
    }
}
