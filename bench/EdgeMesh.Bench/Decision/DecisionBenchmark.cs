using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Bench.Decision;

/// <summary>The time to decide who runs a job, every device's verdict in words included.</summary>
internal sealed class DecisionBenchmark : IBenchmark
{
    private static double s_sum;

    public string Name => "decision";

    public string Summary => "the time of PlanningPipeline.Plan at 100 and 10,000 devices against one pass over the devices";

    public Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Row>>([Measure(100, Target.AtMost(50)), Measure(10_000, null)]);

    private static Row Measure(int devices, Target? target)
    {
        var fleet = SampleFleet.Of(devices);
        var request = new JobRequest(JobKind.Summarize, new string('x', 9_000), JobPolicy.BestAvailable, null, null, null, new SummarizeOptions(5));
        var context = new PlanContext(fleet.TakenAt, fleet.Devices[0].Id);
        if (PlanningPipeline.Plan(request, fleet, context).Plan is null)
        {
            throw new InvalidOperationException("The sample fleet cannot run the sample job.");
        }

        var decision = Repeat.Milliseconds(() => PlanningPipeline.Plan(request, fleet, context));
        var pass = Repeat.Milliseconds(() => Pass(fleet));
        return new($"decision at {devices:N0} devices", decision * 1_000, "µs", target, "one pass reading a field of each", pass * 1_000);
    }

    private static void Pass(FleetSnapshot fleet)
    {
        double sum = 0;
        foreach (var device in fleet.Devices)
        {
            sum += device.RoundTripMs ?? 0;
        }

        s_sum = sum;
    }
}
