using CsCheck;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
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
    private static readonly JobId Job = Samples.NewJobId();
    private static readonly ModelInfo Small = new("model", [Skill.Chat], 2_000_000_000, 8_192, 3, KvBytesPerToken: 10_000);
    private static readonly ImmutableArray<RuntimeInfo> Runtimes = [Runtime("one", 1), Runtime("two", 2), Runtime("silent", null)];

    private static readonly DeviceSnapshot Plain = Samples.Device() with { Runtimes = Runtimes, Telemetry = null };

    [Fact]
    public void Next_FullLane_GetsItsSlotsAndTwoMoreAndHoldsUpNobodyElse()
    {
        var ledger = new DeviceLedger();
        var orders = Enumerable.Range(1, 200).Select(n => Order(n, "one")).ToList();
        orders.ForEach(o => Assert.True(ledger.Add(o)));
        Assert.Equal([1, 2, 3], Drain(ledger, 256).Select(o => o.Id.Task.Number));

        ledger.Add(Order(201, "system", TaskKind.Sysinfo));
        ledger.Add(Order(202, "two"));
        Assert.Equal([201, 202], Drain(ledger, 256).Select(o => o.Id.Task.Number));

        ledger.Ended(orders[1].Id);
        Assert.Equal([4], Drain(ledger, 256).Select(o => o.Id.Task.Number));
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

    [Fact]
    public void Look_ManyAttemptsOfOneModel_PromiseItsWeightsOnce()
    {
        var ledger = new DeviceLedger();
        Enumerable.Range(1, 4).ToList().ForEach(n => ledger.Add(Order(n, "two")));
        Drain(ledger, 256);
        var need = MemoryNeed.Of(Samples.Task(), Small, 0)!.Value;
        Assert.Equal(new ModelUse("two", "model", need.WeightsMb, need.WorkMb * 4), ledger.Look(Runtimes, _ => null).InUse.Single());

        // Once the runtime says that it is in memory, it is in the measurement; so is the work of an attempt that has begun.
        ImmutableArray<RuntimeInfo> loaded = [.. Runtimes.Select(r => r with { Models = [Small with { ResidentBytes = 2_000_000_000 }] })];
        Assert.Equal(new ModelUse("two", "model", 0, need.WorkMb * 4), ledger.Look(loaded, _ => null).InUse.Single());
        Assert.Equal(0, ledger.Look(loaded, _ => new AttemptPulse(1, null)).InUse.Single().PromisedMb);
    }

    /// <summary>After a start of the dashboard the device has attempts before its runtimes are known.</summary>
    [Fact]
    public void Look_AttemptThatTheDeviceHadBefore_PromisesItsMemoryOnceItsModelIsKnown()
    {
        var ledger = new DeviceLedger();
        ledger.AddInFlight(Order(1, "two"));
        Assert.Equal(0, ledger.Look([], _ => null).InUse.Single().PromisedMb);
        Assert.Equal(MemoryNeed.Of(Samples.Task(), Small, 0)!.Value.TotalMb, ledger.Look(Runtimes, _ => null).InUse.Single().PromisedMb);
    }

    [Fact]
    public void Next_NoMemoryUntilSomethingEnds_WaitsAndHoldsBackWhatCameAfter()
    {
        var (ledger, device) = (new DeviceLedger(), With(14_000, 8, 6, 1));
        Enumerable.Range(1, 3).ToList().ForEach(n => ledger.Add(Order(n, Runtimes[n - 1].Id)));
        Assert.Equal([1], Drain(ledger, 256, device).Select(o => o.Id.Task.Number));

        // The third would fit beside the first, and then the second would wait for it too.
        Assert.Equal(2, ledger.Look(device.Runtimes, _ => null).Waiting);
        ledger.Ended(Order(1, "one").Id);
        Assert.Equal([2, 3], Drain(ledger, 256, device).Select(o => o.Id.Task.Number));
    }

    [Fact]
    public void Next_NoMemoryWhateverEnds_IsTakenOutWithTheShortfall()
    {
        var (ledger, device) = (new DeviceLedger(), With(4_000, 20, 1));
        ledger.Add(Order(1, "one"));
        ledger.Add(Order(2, "two"));
        var due = ledger.Next(device, 256, _ => null)!.Value;
        Assert.Equal(1, due.Order.Id.Task.Number);
        Assert.StartsWith("model needs 22,528 MB and 3,488 MB are free, 19,040 MB too few.", due.NoMemory, StringComparison.Ordinal);
        Assert.Equal([2], Drain(ledger, 256, device).Select(o => o.Id.Task.Number));
    }

    [Fact]
    public void Next_OnlyTheMarginIsMissingAndNothingRuns_MayUseIt()
    {
        var ledger = new DeviceLedger();
        ledger.Add(Order(1, "one"));
        Assert.Single(Drain(ledger, 256, With(4_000, 3.5)));
    }

    [Fact]
    public void Next_OneCallerHasManyWaiting_AnotherComesNextAndNobodyGoesBeforeWhatTheDeviceHas()
    {
        var ledger = new DeviceLedger();
        Enumerable.Range(1, 200).ToList().ForEach(n => ledger.Add(Order(n, "one", caller: "ann")));
        Assert.Equal([1, 2, 3], Drain(ledger, 256).Select(o => o.Id.Task.Number));
        ledger.Add(Order(201, "one", caller: "bob"));
        ledger.Add(Order(202, "one", caller: "bob"));
        ledger.Add(Order(203, "system", TaskKind.Sysinfo, caller: "bob"));
        Assert.Equal([203], Drain(ledger, 256).Select(o => o.Id.Task.Number));

        List<int> has = [1, 2, 3];
        while (has.Count < 9)
        {
            ledger.Ended(Order(has[^3], "one").Id);
            has.AddRange(Drain(ledger, 256).Select(o => o.Id.Task.Number));
        }

        Assert.Equal([1, 2, 3, 201, 4, 202, 5, 6, 7], has);
    }

    [Fact]
    public void Next_OneCallerSendsEchoesWithoutEnd_AnothersSystemInfoIsNext()
    {
        var ledger = new DeviceLedger();
        Enumerable.Range(1, 1_000).ToList().ForEach(n => ledger.Add(Order(n, "system", TaskKind.Echo, caller: "ann")));
        Assert.Equal([1, 2, 3], Drain(ledger, Most).Select(o => o.Id.Task.Number));
        ledger.Add(Order(1_001, "system", TaskKind.Sysinfo, caller: "bob"));
        ledger.Ended(Order(1, "system").Id);
        Assert.Equal([1_001], Drain(ledger, Most).Select(o => o.Id.Task.Number));
    }

    /// <summary>The preview, the burst that no snapshot shows yet and the books of the device see one order.</summary>
    [Fact]
    public void Look_AnyArrivalsOfAnyCallers_IsWhatADecisionMadeOfTheLane() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 3], Gen.Int[1, 9_000]).Array[1, 60].Sample(steps =>
        {
            var ledger = new DeviceLedger();
            List<AttemptId> inFlight = [];
            Lane Now() => ledger.Look(Runtimes, _ => null).Lanes.SingleOrDefault() ?? Lane.Idle("two", 2);
            foreach (var ((ends, who, ms), n) in steps.Select((s, i) => (s, i + 1)))
            {
                if (ends && inFlight.Count > 0)
                {
                    ledger.Ended(inFlight[0]);
                    inFlight.RemoveAt(0);
                    inFlight.AddRange(Drain(ledger, 256).Select(o => o.Id));
                }

                var expected = Now().With(ms, $"caller {who}");
                ledger.Add(Order(n, "two", ms: ms, caller: $"caller {who}"));
                inFlight.AddRange(Drain(ledger, 256).Select(o => o.Id));

                var lane = Now();
                Assert.Equal([.. expected.RunningMs, .. expected.WaitingMs], [.. lane.RunningMs, .. lane.WaitingMs]);
                Assert.Equal(expected.Turns, lane.Turns);
                Assert.Equal(expected.NextMs!.OrderBy(c => c.Key), lane.NextMs!.OrderBy(c => c.Key));
            }
        });

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
                Assert.InRange(work.InUse.Sum(u => u.PromisedMb), 0, inFlight.Values.Where(o => !o.Task.Kind.IsLight()).Sum(o => o.Placement.Predicted.RamMb!.Value) + 1e-6);
                Assert.Equal(inFlight.Keys.ToHashSet(), waiting.Keys.Concat(inFlight.Keys).Where(a => ledger.InFlight(a) is not null).ToHashSet());
            }
        });

    private static List<AttemptOrder> Drain(DeviceLedger ledger, int most, DeviceSnapshot? device = null)
    {
        var taken = new List<AttemptOrder>();
        while (ledger.Next(device ?? Plain, most, _ => null) is var (order, noMemory))
        {
            Assert.Null(noMemory);
            taken.Add(order);
        }

        return taken;
    }

    private static RuntimeInfo Runtime(string id, int? slots) => new(id, id, RuntimeState.Ready, null, [Small], [TaskKind.LlmGenerate], null, Slots: slots);

    // With this much memory, free of everything, and one runtime after the other with a model of so many GB.
    private static DeviceSnapshot With(long freeMb, params double[] modelGb) => Plain with
    {
        Telemetry = Samples.Telemetry() with { RamFreeMb = freeMb },
        Runtimes = [.. modelGb.Select((gb, i) => Runtimes[i] with { Models = [new ModelInfo("model", [Skill.Chat], (long)(gb * (1 << 30)), 8_192, 3)] })],
    };

    private static AttemptOrder Order(int number, string runtime, TaskKind kind = TaskKind.LlmGenerate, double ms = 4_000, double waitMs = 0, string caller = "")
    {
        var device = Samples.Device();
        var task = Samples.Task(number, kind);
        var price = new Estimate(ms, ms * 2, MemoryNeed.Of(task, Small, 0)!.Value.TotalMb, EstimateOrigin.Prior, 0).After(waitMs);
        return new AttemptOrder(
            new AttemptId(Job, task.Id, 1), JobKind.Chat, "A title", task, new TaskPlacement(task.Id, device.Id, device.Name, runtime, "model", null, price, "Why.", null), "", Samples.Now, Caller: caller);
    }
}
