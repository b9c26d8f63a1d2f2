using CsCheck;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>The books of a device, without a device.</summary>
public sealed class DeviceLedgerTests
{
    private const int Most = 3;
    private static readonly ImmutableArray<RuntimeInfo> Runtimes = [Runtime("one", 1), Runtime("two", 2), Runtime("silent", null)];

    [Fact]
    public void Next_FullLane_GetsItsSlotsAndTwoMoreAndHoldsUpNobodyElse()
    {
        var ledger = new DeviceLedger();
        var orders = Enumerable.Range(1, 200).Select(n => Order(n, "one")).ToList();
        orders.ForEach(o => Assert.True(ledger.Add(o)));
        Assert.Equal(orders.Take(3), Drain(ledger, 256));

        ledger.Add(Order(201, "system", TaskKind.Sysinfo));
        ledger.Add(Order(202, "two"));
        Assert.Equal([201, 202], Drain(ledger, 256).Select(o => o.Id.Task.Number));

        ledger.Ended(orders[1].Id);
        Assert.Equal([orders[3]], Drain(ledger, 256));
    }

    [Fact]
    public void Next_LightAttempts_GetAsManyAsTheDeviceMayHave()
    {
        var ledger = new DeviceLedger();
        Enumerable.Range(1, 10).Select(n => Order(n, "system", TaskKind.Echo)).ToList().ForEach(o => ledger.Add(o));
        Assert.Equal(Most, Drain(ledger, Most).Count);
        Assert.Empty(ledger.Look(Runtimes, _ => null).Lanes);
    }

    [Fact]
    public void Add_AnOrderThatComesTwice_IsOne()
    {
        var ledger = new DeviceLedger();
        Assert.True(ledger.Add(Order(1, "one")));
        Assert.False(ledger.Add(Order(1, "one")));
        Assert.Single(Drain(ledger, 256));
        Assert.False(ledger.Add(Order(1, "one")));
        Assert.NotNull(ledger.Ended(Order(1, "one").Id));
        Assert.Null(ledger.Ended(Order(1, "one").Id));
        Assert.True(ledger.IsEmpty);
    }

    [Fact]
    public void Look_AttemptPastItsEstimate_StillHasATail()
    {
        var ledger = new DeviceLedger();
        ledger.Add(Order(1, "one"));
        Drain(ledger, 256);
        Assert.Equal(4_000, ledger.Look(Runtimes, _ => null).Lanes.Single().WorkMs);
        Assert.InRange(ledger.Look(Runtimes, _ => new AttemptPulse(3_000, null)).Lanes.Single().WorkMs, 1_000, 4_000);
        Assert.InRange(ledger.Look(Runtimes, _ => new AttemptPulse(40_000, null)).Lanes.Single().WorkMs, 4_000, 40_000);
        Assert.InRange(ledger.Look(Runtimes, _ => new AttemptPulse(3_600, 0.9)).Lanes.Single().WorkMs, 300, 1_000);
    }

    /// <summary>The estimate holds the waiting, as a placement's does: it is not counted into the lane again.</summary>
    [Fact]
    public void Look_TenJobsOneByOne_HoldTenTimesTheWorkOfOne()
    {
        var ledger = new DeviceLedger();
        for (var n = 1; n <= 10; n++)
        {
            var wait = ledger.Look(Runtimes, _ => null).Lanes.Select(ListScheduling.Wait).SingleOrDefault();
            Assert.Equal((n - 1) * 4_000, wait);
            ledger.Add(Order(n, "one", waitMs: wait));
            Drain(ledger, 256);
        }

        Assert.Equal(40_000, ledger.Look(Runtimes, _ => null).Lanes.Single().WorkMs);
    }

    /// <summary>Whatever happens, what a lane holds is what was added less what was removed, and a device with nothing to do is idle.</summary>
    [Fact]
    public void Look_AnyHistory_ConservesTheWork() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[1, 12], Gen.Int[0, 4], Gen.Double[1, 20_000]).Array[1, 60].Sample(steps =>
        {
            var ledger = new DeviceLedger();
            var waiting = new Dictionary<AttemptId, AttemptOrder>();
            var inFlight = new Dictionary<AttemptId, AttemptOrder>();
            var started = new Dictionary<AttemptId, double>();
            foreach (var (deed, number, lane, ms) in steps)
            {
                var order = lane == 3 ? Order(number, "system", TaskKind.Echo) : Order(number, lane == 4 ? "gone" : Runtimes[lane].Id, ms: ms, waitMs: ms / 2);
                switch (deed)
                {
                    case 0 or 1:
                        Assert.Equal(!waiting.ContainsKey(order.Id) && !inFlight.ContainsKey(order.Id), ledger.Add(order));
                        if (!inFlight.ContainsKey(order.Id))
                        {
                            waiting.TryAdd(order.Id, order);
                        }

                        break;
                    case 2:
                        foreach (var next in Drain(ledger, 4))
                        {
                            Assert.True(waiting.Remove(next.Id));
                            inFlight.Add(next.Id, next);
                        }

                        break;
                    case 3 when inFlight.ContainsKey(order.Id):
                        started[order.Id] = ms;
                        break;
                    case 4:
                        Assert.Equal(waiting.Remove(order.Id), ledger.TakeBack(order.Id) is not null);
                        Assert.Equal(inFlight.Remove(order.Id), ledger.Ended(order.Id) is not null);
                        started.Remove(order.Id);
                        break;
                    case 5 when number == 12:
                        Assert.Equal(waiting.Keys.Concat(inFlight.Keys).ToHashSet(), ledger.Clear().Select(o => o.Id).ToHashSet());
                        waiting.Clear();
                        inFlight.Clear();
                        started.Clear();
                        break;
                }

                var work = ledger.Look(Runtimes, o => started.TryGetValue(o.Id, out var at) ? new AttemptPulse(at, null) : null);
                var heavy = waiting.Values.Concat(inFlight.Values).Where(o => !o.Task.Kind.IsLight()).ToList();
                var left = heavy.Sum(o => started.TryGetValue(o.Id, out var at)
                    ? Remaining.Of(o.Placement.Predicted.WorkP50Ms, o.Placement.Predicted.WorkP90Ms, at)
                    : o.Placement.Predicted.WorkP50Ms);
                Assert.Equal(left, work.Lanes.Sum(l => l.WorkMs), 6);
                Assert.Equal(waiting.Count + inFlight.Count, work.Running.Length + work.Waiting);
                Assert.All(work.Lanes, l => Assert.InRange(ListScheduling.Wait(l), 0, l.WorkMs + 1e-6));
                Assert.Equal(heavy.Select(o => o.Placement.RuntimeId).Distinct().Order(), work.Lanes.Select(l => l.RuntimeId).Order());
                Assert.Equal(waiting.Count + inFlight.Count == 0, ledger.IsEmpty);
                Assert.Equal(inFlight.Keys.ToHashSet(), waiting.Keys.Concat(inFlight.Keys).Where(ledger.IsInFlight).ToHashSet());
            }
        });

    private static List<AttemptOrder> Drain(DeviceLedger ledger, int most)
    {
        var taken = new List<AttemptOrder>();
        while (ledger.Next(Runtimes, most) is { } order)
        {
            taken.Add(order);
        }

        return taken;
    }

    private static RuntimeInfo Runtime(string id, int? slots) => new(id, id, RuntimeState.Ready, null, [], [TaskKind.LlmGenerate], null, Slots: slots);

    private static AttemptOrder Order(int number, string runtime, TaskKind kind = TaskKind.LlmGenerate, double ms = 4_000, double waitMs = 0)
    {
        var device = Samples.Device();
        var task = Samples.Task(number, kind);
        var price = new Estimate(ms, ms * 2, 100, EstimateOrigin.Prior, 0).After(waitMs);
        return new AttemptOrder(
            new AttemptId(s_job, task.Id, 1), JobKind.Chat, "A title", task, new TaskPlacement(task.Id, device.Id, device.Name, runtime, "model", null, price, "Why.", null), "", Samples.Now);
    }

    private static readonly JobId s_job = Samples.NewJobId();
}
