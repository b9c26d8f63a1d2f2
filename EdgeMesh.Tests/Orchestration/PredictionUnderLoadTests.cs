using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Core;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>
/// What is told while much is in flight, in virtual time: three engines with one slot each, of unlike speed that is known from earlier runs, whose runs vary as real
/// ones do. Everything that decides and keeps books is the real thing.
/// </summary>
public sealed class PredictionUnderLoadTests
{
    private const int Jobs = 400;
    private static readonly ModelInfo Model = new("model", [Skill.Chat], null, 8_192, 3);
    private static readonly JobRequest Chat = Any.Request(JobKind.Chat);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Predicted_EightInFlight_IsNoMoreThanTenPointsWorseThanOneAtATime(int seed)
    {
        var alone = MedianError(1, seed);
        var busy = MedianError(8, seed);
        TestContext.Current.TestOutputHelper?.WriteLine($"median error {alone:P1} with one in flight, {busy:P1} with eight");
        Assert.InRange(alone, 0.05, 0.4);
        Assert.True(busy <= alone + 0.1, $"The median error is {busy:P0} with eight in flight and {alone:P0} with one.");
    }

    private static double MedianError(int inFlight, int seed)
    {
        var random = new Random(seed);
        List<Engine> engines = [new(0, 4_000, random), new(1, 7_000, random), new(2, 15_000, random)];
        var (now, submitted, errors) = (0.0, 0, new List<double>());
        for (var n = 0; n < inFlight; n++)
        {
            Submit();
        }

        while (errors.Count < Jobs)
        {
            var next = engines.Where(e => e.IsBusy).MinBy(e => e.EndsAt)!;
            now = next.EndsAt;
            var (order, began) = next.End(now);
            errors.Add(Math.Abs((order.Placement.Predicted.P50Ms / (now - began)) - 1));
            Submit();
        }

        return errors.Order().ElementAt(Jobs / 2);

        void Submit()
        {
            var plan = PlanningPipeline.Plan(Chat, Any.FleetOf([.. engines.Select(e => e.Snapshot(now))]), Any.Context()).Plan!;
            var id = new AttemptId(JobId.New(Any.Now), plan.Tasks[0].Id, ++submitted);
            engines[plan.Placements[0].Device == engines[0].Id ? 0 : plan.Placements[0].Device == engines[1].Id ? 1 : 2]
                .Take(new AttemptOrder(id, JobKind.Chat, "", plan.Tasks[0], plan.Placements[0], Chat.Text, Any.Now), now);
        }
    }

    private sealed class Engine
    {
        private readonly DeviceLedger _ledger = new();
        private readonly Queue<AttemptOrder> _sent = new();
        private readonly Dictionary<AttemptId, double> _taken = [];
        private readonly DeviceSnapshot _idle;
        private readonly double _usualMs;
        private readonly Random _random;
        private double _startedAt;

        public Engine(int ordinal, double usualMs, Random random)
        {
            (_usualMs, _random) = (usualMs, random);
            var runtime = new RuntimeInfo("engine", "Engine", RuntimeState.Ready, null, [Model], [TaskKind.LlmGenerate], null, Slots: 1);
            var task = Any.Task(skill: Skill.Chat, options: Chat.Options);
            Calibration? known = null;
            for (var run = 0; run < 20; run++)
            {
                known = CostModel.Learn(known, task, Model, new Receipt(Any.Id(ordinal), "", "engine", "model", null, "", null, null, 3, 300, null, 0, RunMs(), null, "", null), 5);
            }

            _idle = Any.Device(ordinal) with { Runtimes = [runtime], Calibrations = Any.Device().Calibrations.SetItem(CalibrationKey.Of(task, "engine", "model"), known!) };
        }

        public DeviceId Id => _idle.Id;

        public bool IsBusy => _sent.Count > 0;

        public double EndsAt { get; private set; }

        public DeviceSnapshot Snapshot(double now) => _idle with { Lanes = _ledger.Look(_idle.Runtimes, o => Pulse(o, now)).Lanes };

        public void Take(AttemptOrder order, double now)
        {
            _taken[order.Id] = now;
            _ledger.Add(order);
            Pump(now);
        }

        public (AttemptOrder Order, double TakenAt) End(double now)
        {
            var order = _sent.Dequeue();
            _ledger.Ended(order.Id);
            if (_sent.Count > 0)
            {
                Start(now);
            }

            Pump(now);
            return (order, _taken[order.Id]);
        }

        private void Pump(double now)
        {
            while (_ledger.Next(_idle, 256, o => Pulse(o, now)) is { Order: var order })
            {
                _sent.Enqueue(order);
                if (_sent.Count == 1)
                {
                    Start(now);
                }
            }
        }

        private void Start(double now) => (_startedAt, EndsAt) = (now, now + RunMs());

        private AttemptPulse? Pulse(AttemptOrder order, double now) => _sent.TryPeek(out var first) && first.Id == order.Id ? new AttemptPulse(now - _startedAt, null) : null;

        // Log-normal, with a quarter of the usual as its spread (Box and Muller).
        private double RunMs() => _usualMs * Math.Exp(0.25 * Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble()));
    }
}
