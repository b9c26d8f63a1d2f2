using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Tests.Core.Events;

/// <summary>The end of a job as what has finished says it, not as its first plan did.</summary>
public sealed class JobForecastTests
{
    private const double PartMs = 10_000;
    private static readonly FleetSnapshot Both = Any.FleetOf(Any.Device(0), Any.Device(1));

    [Fact]
    public void Of_NothingHasFinished_IsThePlan()
    {
        var forecast = Forecast(Job(Running(1, 0, startMs: 0), Running(2, 1, startMs: 0), Planned(3, 0)), atMs: 1_000);
        Assert.Equal(20_000, forecast.EndMs, 1);
        Assert.False(forecast.HasMoved);
        Assert.Null(forecast.Reason);
    }

    [Fact]
    public void Of_PartsWereFasterThanPredicted_EndsSoonerAndSaysWhy()
    {
        var forecast = Forecast(Job(Done(1, 0, 0, 4_000), Done(2, 1, 0, 4_000), Running(3, 0, startMs: 4_000)) with { Predicted = Total(30_000) }, atMs: 5_000);
        Assert.Equal(8_000, forecast.EndMs, 1);
        Assert.True(forecast.HasMoved);
        Assert.Equal("Device 0 is faster than predicted", forecast.Reason);
    }

    [Fact]
    public void Of_QueuedTasks_FollowTheRunningOneAtItsPace()
    {
        var forecast = Forecast(Job(Done(1, 0, 0, 20_000), Running(2, 0, startMs: 20_000), Waiting(3, 0), Waiting(4, 0)), atMs: 21_000);
        Assert.Equal([40_000, 60_000, 80_000], forecast.Tasks.Select(t => Math.Round(t.EndMs)));
        Assert.Equal([20_000, 40_000, 60_000], forecast.Tasks.Select(t => Math.Round(t.StartMs)));
        Assert.Equal("Device 0 is slower than predicted", forecast.Reason);
    }

    [Fact]
    public void Of_TaskMoved_NamesItAndTheCause()
    {
        var lost = Attempt(1, 0, AttemptState.Failed, 0) with { Reason = ReasonCode.Lost, EndedAt = At(11_500), ActualMs = 11_500 };
        var again = Attempt(2, 1, AttemptState.Running, 11_500);
        var moved = Planned(1, 0) with { State = TaskState.Running, Attempts = [lost, again] };
        var forecast = Forecast(Job(moved, Planned(2, 0)), atMs: 12_000, Any.FleetOf(Any.Device(0, DeviceState.Lost), Any.Device(1)));
        Assert.Equal(31_500, forecast.EndMs, 1);
        Assert.Equal("Part 1 moved to Device 1: the device was lost", forecast.Reason);
    }

    [Fact]
    public void Of_ASecondDeviceWasAsked_EndsWithThatOneAndSaysWhy()
    {
        var second = Attempt(2, 1, AttemptState.Running, 60_000) with { IsHedge = true };
        var task = Planned(1, 0) with { State = TaskState.Running, Lead = 1, Attempts = [Attempt(1, 0, AttemptState.Running, 0), second] };
        var forecast = Forecast(Job(task), atMs: 61_000);
        Assert.True(forecast.IsKnown);
        Assert.Equal(70_000, forecast.EndMs, 1);
        Assert.Equal("Device 1 was asked as well: Device 0 takes longer than predicted", forecast.Reason);
    }

    [Theory]
    [InlineData(DeviceState.Lost)]
    [InlineData(DeviceState.Suspect)]
    [InlineData(DeviceState.Draining)]
    public void Of_PlannedDeviceIsAway_LaterStageStandsWhereItCanBe(DeviceState state)
    {
        var forecast = Forecast(Job(Running(1, 1, startMs: 0), Planned(2, 0)), atMs: 1_000, Any.FleetOf(Any.Device(0, state), Any.Device(1)));
        Assert.Equal(Any.Id(1), forecast.Find(new TaskId(2))!.Device);
    }

    [Fact]
    public void Of_NoDeviceIsOnline_LaterStageHasNone()
    {
        var away = Any.FleetOf(Any.Device(0, DeviceState.Lost), Any.Device(1, DeviceState.Lost));
        Assert.Null(Forecast(Job(Running(1, 1, startMs: 0), Planned(2, 0)), atMs: 1_000, away).Find(new TaskId(2))!.Device);
    }

    [Theory]
    [InlineData(9_999)]
    [InlineData(12_000)]
    [InlineData(50_000)]
    [InlineData(900_000)]
    public void Of_AnyMoment_EndsLaterThanNow(double atMs)
    {
        var forecast = Forecast(Job(Running(1, 0, startMs: 0)), atMs);
        Assert.True(forecast.EndMs >= atMs, $"{forecast.EndMs} is past");
        Assert.True(forecast.EndP90Ms >= forecast.EndMs);
    }

    /// <summary>A task that hangs has no end that anyone could name; a little over its time it has.</summary>
    [Theory]
    [InlineData(9_000, true)]
    [InlineData(15_000, true)]
    [InlineData(24_000, true)]
    [InlineData(26_000, false)]
    [InlineData(900_000, false)]
    public void Of_RunningPastItsP90_HasNoKnownEnd(double atMs, bool known)
    {
        var forecast = Forecast(Job(Running(1, 0, startMs: 0), Planned(2, 0)), atMs);
        Assert.Equal(known, forecast.IsKnown);
        Assert.False(!known && forecast.HasMoved);
    }

    [Fact]
    public void Of_WaitedForADevice_TheWaitIsNotHeldAgainstThePrediction()
    {
        var late = Running(1, 0, startMs: 40_000) with { };
        var forecast = Forecast(Job(late) with { Predicted = Total(PartMs) }, atMs: 41_000);
        Assert.False(forecast.HasMoved);
    }

    [Fact]
    public void Of_FinishedOrUnplanned_IsNone()
    {
        var job = Job(Done(1, 0, 0, 1_000));
        Assert.Null(JobForecast.Of(job with { State = JobState.Succeeded }, Both, At(0)));
        Assert.Null(JobForecast.Of(job with { Plan = null, Predicted = null, Tasks = [] }, Both, At(0)));
    }

    [Fact]
    public void WorkMs_LeavesTheWaitOut_AsThePredictionDoes()
    {
        var attempt = Attempt(1, 0, AttemptState.Succeeded, 7_400) with { PlacedAt = At(0), EndedAt = At(14_900), ActualMs = 14_900, Predicted = Part.After(7_500) };
        Assert.Equal((7_400, 7_500), (Math.Round(attempt.WaitedMs), Math.Round(attempt.WorkMs!.Value)));
        Assert.Equal((PartMs, PartMs * 2), (attempt.Predicted.WorkP50Ms, attempt.Predicted.WorkP90Ms));
        Assert.Null((attempt with { State = AttemptState.Cancelled, StartedAt = null }).WorkMs);
    }

    private static Estimate Part => new(PartMs, PartMs * 2, null, EstimateOrigin.Prior, 0);

    private static Estimate Total(double ms) => Part with { P50Ms = ms, P90Ms = ms * 2 };

    private static DateTimeOffset At(double ms) => Any.Now.AddMilliseconds(ms);

    private static JobForecast Forecast(JobView job, double atMs, FleetSnapshot? fleet = null) => JobForecast.Of(job, fleet ?? Both, At(atMs))!;

    private static JobView Job(params TaskView[] tasks)
    {
        var last = tasks[^1];
        var stages = last.State == TaskState.Waiting ? tasks.Select(t => t == last ? t with { Planned = t.Planned with { Stage = 1 } } : t).ToArray() : tasks;
        var placements = stages.Select(t => new TaskPlacement(t.Id, t.Attempts.IsEmpty ? Any.Id(0) : t.Current!.DeviceId, "Device 0", "engine", "model", null, Part, "why", null));
        return new JobView(
            JobId.New(Any.Now), 5, Any.Request(), "Title", null, JobState.Running, Any.Now, null, new Plan([.. stages.Select(t => t.Planned)], [.. placements], "Split"), [],
            Total(20_000), [.. stages], null, null, false);
    }

    private static TaskView Planned(int number, int device) => new(
        new PlannedTask(new TaskId(number), 0, TaskKind.LlmGenerate, $"Part {number}", Skill.Summarize, TaskInput.WholeText, new SummarizeOptions(), Any.Id(device)), TaskState.Waiting, []);

    private static TaskView Running(int number, int device, double startMs) =>
        Planned(number, device) with { State = TaskState.Running, Attempts = [Attempt(1, device, AttemptState.Running, startMs)] };

    private static TaskView Waiting(int number, int device) =>
        Planned(number, device) with { State = TaskState.Queued, Attempts = [Attempt(1, device, AttemptState.Placed, 0) with { StartedAt = null }] };

    private static TaskView Done(int number, int device, double startMs, double tookMs) => Planned(number, device) with
    {
        State = TaskState.Succeeded,
        Attempts = [Attempt(1, device, AttemptState.Succeeded, startMs) with { EndedAt = At(startMs + tookMs), ActualMs = tookMs }],
    };

    private static AttemptView Attempt(int number, int device, AttemptState state, double startMs) => new(
        number, Any.Id(device), $"Device {device}", "engine", "model", state, Part, "why", At(startMs), At(startMs), null, AttemptOutput.Empty, null, null, null, null);
}
