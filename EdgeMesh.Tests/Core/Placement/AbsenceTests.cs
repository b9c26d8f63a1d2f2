using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Placement;

/// <summary>Who is not linked and expected back, and what that means for a submission.</summary>
public sealed class AbsenceTests
{
    private static readonly Absence Patient = new(TimeSpan.FromHours(1), TimeSpan.FromSeconds(15));

    [Theory]
    [InlineData(DeviceState.Lost, 0, true)]
    [InlineData(DeviceState.Lost, 15, true)]
    [InlineData(DeviceState.Lost, 16, false)]
    [InlineData(DeviceState.Suspect, 2, true)]
    [InlineData(DeviceState.Online, 2, false)]
    [InlineData(DeviceState.Draining, 2, false)]
    public void Expects_SeenAMomentAgo_Only(DeviceState state, int seconds, bool expected) => Assert.Equal(expected, Patient.Expects(Away(state, seconds), Any.Now));

    [Fact]
    public void Expects_NeverSeen_Not() => Assert.False((Patient with { Up = TimeSpan.Zero }).Expects(Away(DeviceState.Lost, 0) with { LastSeen = null }, Any.Now));

    [Theory]
    [InlineData(15, false, true)]
    [InlineData(16, false, false)]
    [InlineData(15, true, false)]
    public void Expects_SeenDaysAgo_ShortlyAfterAStart(int up, bool linkedSince, bool expected) =>
        Assert.Equal(expected, (Patient with { Up = TimeSpan.FromSeconds(up) }).Expects(Away(DeviceState.Lost, 1_000_000) with { RuntimesLoaded = linkedSince }, Any.Now));

    [Fact]
    public void Plan_OnlyDeviceIsAwayForAMoment_Waits()
    {
        var plan = Plan(Any.Request(), Away(DeviceState.Lost, 4));
        Assert.True(plan.MayWait);
        Assert.Null(plan.Refusal);
        Assert.Equal("Device 0 is not linked and expected back in a moment. The job waits for it.", plan.Note);
        Assert.StartsWith("Lost, last seen 4 s ago", plan.Devices.Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OnlyDeviceIsAwayForLong_IsRefused() => Assert.Equal("no_device_can", Plan(Any.Request(), Away(DeviceState.Lost, 60)).Refusal!.Code);

    [Fact]
    public void Plan_WhoIsAwayCouldNotDoIt_IsRefused() => Assert.NotNull(Plan(Any.Request(JobKind.Image), Away(DeviceState.Lost, 4)).Refusal);

    [Fact]
    public void Plan_WhatTheAwayDeviceHasIsNotKnownYet_Waits()
    {
        var unknown = Away(DeviceState.Lost, 100_000) with { Runtimes = [], RuntimesLoaded = false };
        Assert.True(Plan(Any.Request(JobKind.Image), Patient with { Up = TimeSpan.FromSeconds(3) }, unknown).MayWait);
        Assert.NotNull(Plan(Any.Request(JobKind.Image), Patient, unknown).Refusal);
    }

    [Fact]
    public void Plan_AnotherDeviceIsForced_DoesNotWaitForThisOne() =>
        Assert.NotNull(Plan(Any.Request(policy: JobPolicy.ForceDevice, device: Any.Id(1)), Away(DeviceState.Lost, 4), Any.Device(1) with { Runtimes = [] }).Refusal);

    [Fact]
    public void Plan_AnotherDeviceIsThere_RunsThere() => Assert.Equal(Any.Id(1), Plan(Any.Request(), Away(DeviceState.Lost, 4), Any.Device(1)).Plan!.Placements.Single().Device);

    private static PlanResult Plan(JobRequest request, params DeviceSnapshot[] devices) => Plan(request, Patient, devices);

    private static PlanResult Plan(JobRequest request, Absence absence, params DeviceSnapshot[] devices) =>
        PlanningPipeline.Plan(request, Any.FleetOf(devices), Any.Context() with { Absence = absence });

    private static DeviceSnapshot Away(DeviceState state, int seconds) => Any.Device(0, state) with { LastSeen = Any.Now.AddSeconds(-seconds) };
}
