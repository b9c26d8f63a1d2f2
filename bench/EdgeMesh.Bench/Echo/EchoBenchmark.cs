using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Bench.Echo;

/// <summary>A durable ECHO job from submission to its result, and how many such tasks a second.</summary>
internal sealed class EchoBenchmark : IBenchmark
{
    private const int TasksPerJob = 100;
    private const int JobsInFlight = 32;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(10);

    public string Name => "echo";

    public string Summary => "a durable ECHO from submission to result (Orleans, SQLite journal, embedded device) against plain gRPC unary";

    public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken cancellationToken)
    {
        double callP50, callP99;
        Rate call;
        await using (var plain = await PlainGrpc.StartAsync(cancellationToken))
        {
            var calls = await Latency.MeasureAsync(plain.CallAsync, WarmUp / 2, Measured / 2);
            (callP50, callP99) = (calls.Milliseconds(50), calls.Milliseconds(99));
            call = await Rate.MeasureAsync(plain.CallAsync, TasksPerJob, WarmUp / 2, Measured / 2);
        }

        await using var mesh = await InProcessDashboard.StartAsync(cancellationToken);
        var one = new JobRequest(JobKind.Echo, "hello", JobPolicy.BestAvailable, null, null, null, new EchoOptions(1));
        var many = one with { Options = new EchoOptions(TasksPerJob) };
        var jobs = await Latency.MeasureAsync(() => mesh.RunAsync(one), WarmUp, Measured);
        var job = await Rate.MeasureAsync(() => mesh.RunAsync(many), JobsInFlight, WarmUp, Measured);
        return
        [
            new("durable ECHO, 1 in flight, p50", jobs.Milliseconds(50), "ms", Target.AtMost(2), "plain gRPC unary", callP50),
            new("durable ECHO, 1 in flight, p99", jobs.Milliseconds(99), "ms", null, "plain gRPC unary", callP99),
            new($"durable ECHO tasks, jobs of {TasksPerJob}, {JobsInFlight} jobs in flight", job.PerSecond * TasksPerJob, "tasks/s", Target.AtLeast(8_000), "plain gRPC unary, 100 in flight", call.PerSecond),
            new("processor time of such a task, both sides", job.CpuMicroseconds / TasksPerJob, "µs", null, "plain gRPC unary, both sides", call.CpuMicroseconds),
        ];
    }
}
