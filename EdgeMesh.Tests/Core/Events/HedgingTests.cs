using CsCheck;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Scheduling;

namespace EdgeMesh.Tests.Core.Events;

/// <summary>When a second device is asked as well, and when it is not.</summary>
public sealed class HedgingTests
{
    private const double Late = 120_000;
    private static readonly RuntimeInfo Engine = new("engine", "Engine", RuntimeState.Ready, null, [new ModelInfo("model", [Skill.Chat], 1_000_000_000, 8_192, 3)], [TaskKind.LlmGenerate], null, Slots: 2);
    private static readonly FleetSnapshot Both = Any.FleetOf(Device(0), Device(1));

    [Fact]
    public void Decide_FarLaterThanPredictedAndAnotherDeviceIsFree_IsThatOneWithTheReason()
    {
        var placement = Decide(Running(), Late, Both)!;
        Assert.Equal((Any.Id(1), "model", 0), (placement.Device, placement.ModelId, placement.Predicted.WaitMs));
        Assert.StartsWith("A second device was asked because Device 0 took longer than predicted: 2.0 min so far instead of ", placement.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EstimateOrigin.Measured, 9_900, false)]
    [InlineData(EstimateOrigin.Measured, 10_100, true)]
    [InlineData(EstimateOrigin.Prior, 10_100, false)]
    [InlineData(EstimateOrigin.Prior, 60_100, true)]
    public void IsLate_AQuickTask_HasTheLeastOfItsOrigin(EstimateOrigin origin, double elapsedMs, bool late) =>
        Assert.Equal(late, Hedging.IsLate(new Estimate(200, 300, null, origin, 5), elapsedMs));

    /// <summary>p90 is twice p50, so p99 is 4.26 times p50.</summary>
    [Fact]
    public void IsLate_ALongTask_IsPastItsP99WithoutItsWaiting()
    {
        var hour = new Estimate(3_600_000, 7_200_000, null, EstimateOrigin.Measured, 5).After(50_000_000);
        Assert.False(Hedging.IsLate(hour, 3_600_000 * 4.2));
        Assert.True(Hedging.IsLate(hour, 3_600_000 * 4.3));
    }

    [Fact]
    public void LeftMs_AnEstimateThatIsSureOfItself_IsNotBelievedForEver()
    {
        var sure = new Estimate(10_000, 10_100, null, EstimateOrigin.Measured, 50);
        Assert.Equal(90_000, Hedging.LeftMs(sure, 100_000, null));
        Assert.InRange(Hedging.LeftMs(sure, 100_000, 0.99), 1, 10_000);
    }

    [Fact]
    public void LeftMs_Anything_IsAtLeastWhatLanesForecast() =>
        Gen.Select(Gen.Double[1, 1e7], Gen.Double[1, 10], Gen.Double[0, 1e8], Gen.Double[0, 1].Nullable()).Sample((p50, spread, elapsed, progress) =>
            Assert.True(Hedging.LeftMs(new Estimate(p50, p50 * spread, null, EstimateOrigin.Measured, 5), elapsed, progress) >= Remaining.Of(p50, p50 * spread, elapsed, progress)));

    [Fact]
    public void Decide_TheOtherDeviceIsNotFree_IsNone()
    {
        Assert.Null(Decide(Running(), Late, With(Device(1) with { Lanes = [new Lane("engine", 2, [5, 5], [])] })));
        Assert.NotNull(Decide(Running(), Late, With(Device(1) with { Lanes = [new Lane("engine", 2, [5], [])] })));

        // Something waits there that it would delay, be it in another lane, or placed a moment ago.
        Assert.Null(Decide(Running(), Late, With(Device(1) with { Lanes = [new Lane("other", 1, [5], [5])] })));
        Assert.Null(Decide(Running(), Late, Both.With(Running().Tasks[0].Planned, Running().Plan!.Placements[0] with { Device = Any.Id(1) }, 5)));
        Assert.Null(Decide(Running(), Late, With(Device(1, DeviceState.Draining))));
        Assert.Null(Decide(Running(), Late, With(Device(1) with { Telemetry = new Telemetry(Any.Now, 0, 1_000, null, null, null, 0, 0, null), InUse = [new ModelUse("engine", "other", 500, 0)] })));
    }

    [Fact]
    public void Decide_NobodyElseOrNobodySooner_IsNone()
    {
        Assert.Null(Decide(Running(), Late, Any.FleetOf(Device(0))));
        Assert.Null(Decide(Running(), Hedging.LeastMeasuredMs - 1, Both));
        Assert.Null(Hedging.Decide(Running(), Running().Tasks[0], Late, 0.999, Both, Any.Context()));
        Assert.Null(Decide(Running(), Late, With(Device(1) with { Profile = null, RoundTripMs = 500_000 })));
    }

    [Fact]
    public void Decide_AWorseModel_IsNone()
    {
        var worse = Engine with { Models = [Engine.Models[0] with { Id = "worse", QualityTier = 2 }] };
        var better = Engine with { Models = [Engine.Models[0] with { Id = "better", QualityTier = 4 }] };
        Assert.Null(Decide(Running(), Late, With(Device(1) with { Runtimes = [worse] })));
        Assert.Equal("better", Decide(Running(), Late, With(Device(1) with { Runtimes = [better] }))!.ModelId);
    }

    /// <summary>A device that is not linked is waited for, or its work is moved: that is decided by the link, not by time.</summary>
    [Theory]
    [InlineData(DeviceState.Suspect)]
    [InlineData(DeviceState.Lost)]
    public void Decide_TheFirstIsNotLinked_IsNone(DeviceState state) => Assert.Null(Decide(Running(), Late, Any.FleetOf(Device(0, state), Device(1))));

    [Fact]
    public void Decide_AnAnswerThatIsLongerThanUsual_TakesTheSecondLongerToo()
    {
        var job = Running();
        var within = Enumerable.Range(0, 400).First(n => Decide(job, 10_001 + (n * 500), Both) is not null);
        var first = job.Tasks[0].Attempts[0];
        var written = new string('x', 20_000);
        var longer = job with { Tasks = [job.Tasks[0] with { Attempts = [first with { Output = new AttemptOutput([written], written.Length, []) }] }] };
        Assert.Null(Decide(longer, 10_001 + (within * 500), Both));
    }

    [Fact]
    public void Eligible_WhatMustNotRunTwice_IsNone()
    {
        var job = Running();
        Assert.Single(Hedging.Eligible(job));
        Assert.Empty(Hedging.Eligible(job with { Request = job.Request with { Policy = JobPolicy.ForceDevice } }));
        Assert.Empty(Hedging.Eligible(job with { CancelRequested = true }));
        Assert.Empty(Hedging.Eligible(job with { State = JobState.Failed }));
        Assert.Empty(Hedging.Eligible(Of(job, t => t with { State = TaskState.Queued })));
        Assert.Empty(Hedging.Eligible(Of(job, t => t with { Planned = t.Planned with { OnDevice = Any.Id(0) } })));
        Assert.All((TaskKind[])[TaskKind.Echo, TaskKind.Sysinfo, TaskKind.OnnxRun], kind => Assert.Empty(Hedging.Eligible(Of(job, t => t with { Planned = t.Planned with { Kind = kind } }))));
        Assert.Single(Hedging.Eligible(Of(job, t => t with { Planned = t.Planned with { Kind = TaskKind.ImageGenerate } })));
        Assert.Empty(Hedging.Eligible(Of(job, t => t with { Attempts = [t.Attempts[0] with { State = AttemptState.Placed, StartedAt = null }] })));

        // Once a task, also when the second one has failed.
        Assert.Empty(Hedging.Eligible(Of(job, t => t with { Lead = 1, Attempts = [t.Attempts[0], t.Attempts[0] with { Number = 2, IsHedge = true, State = AttemptState.Failed }] })));
    }

    [Fact]
    public void Decide_TheJobUsesAsManyDevicesAsItMay_IsNone()
    {
        var job = Running();
        Assert.Null(Decide(job with { Request = job.Request with { MaxWorkers = 1 } }, Late, Both));
        Assert.NotNull(Decide(job with { Request = job.Request with { MaxWorkers = 2 } }, Late, Both));
    }

    private static TaskPlacement? Decide(JobView job, double elapsedMs, FleetSnapshot fleet) => Hedging.Decide(job, job.Tasks[0], elapsedMs, null, fleet, Any.Context());

    private static FleetSnapshot With(DeviceSnapshot second) => Any.FleetOf(Device(0), second);

    private static DeviceSnapshot Device(int ordinal, DeviceState state = DeviceState.Online) => Any.Device(ordinal, state) with { Runtimes = [Engine] };

    private static JobView Of(JobView job, Func<TaskView, TaskView> change) => job with { Tasks = [change(job.Tasks[0])] };

    private static JobView Running()
    {
        var request = Any.Request(JobKind.Chat);
        var plan = PlanningPipeline.Plan(request, Both, Any.Context()).Plan!;
        var placement = plan.Placements[0] with { Predicted = plan.Placements[0].Predicted with { Origin = EstimateOrigin.Measured } };
        return JobReducer.Fold(
        [
            new JobSubmitted(Any.Now, JobId.New(Any.Now), request, "Title", null), new PlanMade(Any.Now, plan, [], placement.Predicted),
            new AttemptPlaced(Any.Now, new TaskId(1), 1, placement.Device, placement.DeviceName, placement.RuntimeId, placement.ModelId, placement.Predicted, "Soonest."),
            new AttemptStarted(Any.Now, new TaskId(1), 1),
        ])!;
    }
}
