using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Orchestration.Attempts;
using EdgeMesh.Dashboard.Storage;
using Orleans.Concurrency;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>A job: decides what happens next, stores it, then tells. State changes only through <see cref="JobReducer"/>.</summary>
public sealed class JobGrain(Journal journal, JobFeed feed, PlacedWork placed, PlanContexts contexts, OpenJobs open, OrchestratorOptions options, OrchestratorEpoch epoch, TimeProvider time) : Grain, IJobGrain
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CancelledWithin = TimeSpan.FromSeconds(15);
    private JobView? _view;
    private IGrainTimer? _looking;
    private long? _waitingSince;
    private long? _cancelledAt;
    private bool _isOrdered = true;
    private bool _rehearsal;
    private bool _noTryOutModels;

    private JobId Id => new(this.GetPrimaryKeyString());

    public async Task SubmitAsync(JobRequest request, string caller, PlanResult plan, JobId? rerunOf, SubmitOnce? once, bool noTryOutModels = false)
    {
        _noTryOutModels = noTryOutModels;
        List<JobEvent> events = [new JobSubmitted(time.GetUtcNow(), Id, request, JobTitle.Of(request), rerunOf, caller)];
        var (orders, view) = Commit(JobReducer.Fold(events)!, events, plan);
        await StoreAsync(events, view, once);
        await DispatchAsync(orders);
        if (plan.MayWait)
        {
            Wait();
        }
    }

    public async Task ResumeAsync()
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            return;
        }

        open.Restore(Id, view.Caller);
        feed.Publish(view, view.Version, []);
        _isOrdered = false;
        Wait();
        await LookAsync();
        if (view.CancelRequested)
        {
            await StopAttemptsAsync(view);
        }
    }

    public async Task<bool> IsOpenAsync(AttemptId attempt) => await ViewAsync() is { IsFinished: false } view && JobTurn.IsOpen(view, attempt.Task, attempt.Number);

    public async Task RehearseAsync(JobRequest request, PlanResult plan)
    {
        _rehearsal = true;
        await SubmitAsync(request, "", plan, rerunOf: null, once: null);
    }

    public Task<bool> IsOverAsync() => Task.FromResult(_view is not { IsFinished: false });

    public Task ReportAsync(Immutable<ImmutableArray<JobEvent>> events) => GoOnAsync(events.Value, stranded: false);

    public async Task<bool> MoveAsync(AttemptId attempt, string cause, double remainingMs, TimeSpan away)
    {
        if (await ViewAsync() is not { IsFinished: false } view || !JobTurn.IsOpen(view, attempt.Task, attempt.Number))
        {
            return true;
        }

        var task = view.Tasks[attempt.Task.Number - 1];
        var there = task.Current!;
        var elsewhere = new Tried([.. task.Attempts.Select(a => a.DeviceId)], []);
        var load = TaskLoad.Of(JobProgress.InputText(view, task.Planned), task.Planned.Options);
        if (view.CancelRequested || PlanningPipeline.PlaceAgain(task.Planned, load, view.Request, placed.Current, contexts.Now(view.Caller), elsewhere).Placement is not { } other
            || !Reattachment.IsSoonerElsewhere(other.Predicted.P50Ms, remainingMs, away, options.ReattachFor))
        {
            return false;
        }

        await GoOnAsync([new AttemptFailed(time.GetUtcNow(), attempt.Task, attempt.Number, there.ElapsedMs(time.GetUtcNow()), ReasonCode.Lost, cause, there.DeviceId)], stranded: false);
        return true;
    }

    // Takes what happened, decides what follows, stores both, and sends the orders.
    private async Task GoOnAsync(ImmutableArray<JobEvent> events, bool stranded)
    {
        if (await ViewAsync() is not { IsFinished: false } before)
        {
            return;
        }

        var turn = new JobTurn(before, placed.Current, contexts.Now(before.Caller), options, epoch.Up, IsPatienceOver);
        turn.Take(events);
        turn.GoOn(stranded);
        List<AttemptOrder> orders = [.. turn.Placements.Select(p => Order(turn.View, p.Task, p.Placement, p.Number, p.Text))];
        placed.Add(orders);
        try
        {
            await StoreAsync([.. turn.Events], turn.View);
            await DispatchAsync(orders);
        }
        finally
        {
            placed.Settle(orders.Select(o => o.Id).ToHashSet().Contains);
        }

        if (JobProgress.Stranded(turn.View).Any())
        {
            Wait();
        }
    }

    public async Task<bool> CancelAsync(string by)
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            return false;
        }

        if (!view.CancelRequested)
        {
            List<JobEvent> events = [new CancelRequested(time.GetUtcNow(), by)];
            if (!Current(view).Any())
            {
                events.Add(Cancelled(view));
            }

            await StoreAsync(events);
        }

        await StopAttemptsAsync(view);
        return true;
    }

    // Asked again, it asks again. What no device has stopped by then ends here.
    private async Task StopAttemptsAsync(JobView view)
    {
        if (Current(view).ToList() is not [_, ..] current)
        {
            return;
        }

        _cancelledAt ??= time.GetTimestamp();
        Wait();
        await Task.WhenAll(current.Select(c => GrainFactory.GetGrain<IDeviceGrain>(c.Attempt.DeviceId.Value).CancelAsync(new AttemptId(Id, c.Task.Id, c.Attempt.Number))));
    }

    private JobEnded Cancelled(JobView view) =>
        new(time.GetUtcNow(), JobState.Cancelled, JobOutcome.Decide(view with { CancelRequested = true }).Error);

    private static IEnumerable<(TaskView Task, AttemptView Attempt)> Current(JobView view) =>
        view.Tasks.Where(t => t.Current is { IsOpen: true }).Select(t => (t, t.Current!));

    public async Task AbandonAsync(string cause)
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            return;
        }

        var now = time.GetUtcNow();
        var events = Current(view)
            .Select(JobEvent (c) => new AttemptFailed(now, c.Task.Id, c.Attempt.Number, c.Attempt.ElapsedMs(now), ReasonCode.Lost, cause, c.Attempt.DeviceId, ByDashboard: true))
            .ToList();
        events.Add(new JobEnded(now, JobState.Failed, new JobError("The job was interrupted.", cause, JobOutcome.Code(ReasonCode.Lost), "Run it again; what had finished is kept here.")));
        await StoreAsync(events);
    }

    public async Task FleetChangedAsync()
    {
        if (_view is not { Plan: null, IsFinished: false })
        {
            return;
        }

        // While an engine that may do it well still starts, a model for trying out is not taken because it was up first.
        var plan = Plan(_view, noTryOutModels: true);
        if (plan.MayWait)
        {
            return;
        }

        await BeginAsync(_view, plan.Plan is null ? Plan(_view, _noTryOutModels) : plan);
    }

    private async Task BeginAsync(JobView view, PlanResult plan)
    {
        List<JobEvent> events = [];
        var (orders, _) = Commit(view, events, plan);
        if (plan.Refusal is { } refusal)
        {
            events.Add(new JobEnded(time.GetUtcNow(), JobState.Failed, new JobError(refusal.Title, refusal.Detail, refusal.Code, refusal.Remedy)));
        }

        try
        {
            await StoreAsync(events);
            await DispatchAsync(orders);
        }
        finally
        {
            placed.Settle(a => a.Job == Id);
        }
    }

    private PlanResult Plan(JobView view, bool noTryOutModels, bool forAway = true)
    {
        var context = contexts.Now(view.Caller, noTryOutModels, accepted: true);
        return placed.Decide(Id, view.Request, view.Caller, fleet => PlanningPipeline.Plan(view.Request, fleet, forAway ? context : context with { Absence = null }));
    }

    private static JobView Fold(JobView view, IEnumerable<JobEvent> events) => events.Aggregate(view, (v, e) => JobReducer.Apply(v, e)!);

    /// <summary>The job as it is; read from the journal after the grain was idle for so long that it was put away.</summary>
    private async ValueTask<JobView?> ViewAsync() =>
        _view ??= JobReducer.Fold((await journal.ReadAsync(Id, 0, CancellationToken.None)).Select(e => e.Event));

    // Adds what the plan makes of the job to its events, and gives the view after them.
    private (List<AttemptOrder> Orders, JobView View) Commit(JobView view, List<JobEvent> events, PlanResult result)
    {
        var orders = new List<AttemptOrder>();
        if (result is not { Plan: { } plan, Predicted: { } predicted })
        {
            return (orders, view);
        }

        events.Add(new PlanMade(time.GetUtcNow(), plan, result.Devices, predicted));
        view = JobReducer.Apply(view, events[^1])!;
        foreach (var task in JobProgress.Ready(view))
        {
            var placement = plan.Placements[task.Id.Number - 1];
            events.Add(new AttemptPlaced(time.GetUtcNow(), task.Id, 1, placement.Device, placement.DeviceName, placement.RuntimeId, placement.ModelId, placement.Predicted, placement.Reason));
            orders.Add(Order(view, task.Planned, placement, 1, JobProgress.InputText(view, task.Planned)));
        }

        return (orders, Fold(view, events.TakeLast(orders.Count)));
    }

    private AttemptOrder Order(JobView view, PlannedTask task, TaskPlacement placement, int number, string text) =>
        new(new AttemptId(Id, task.Id, number), view.Request.Kind, view.Title, task, placement, text, time.GetUtcNow(), _rehearsal, Caller: view.Caller);

    private Task StoreAsync(List<JobEvent> events) => StoreAsync(events, _view is null ? JobReducer.Fold(events)! : Fold(_view, events));

    private async Task StoreAsync(List<JobEvent> events, JobView next, SubmitOnce? once = null)
    {
        if (events.Count == 0)
        {
            return;
        }

        var first = (_view?.Version ?? 0) + 1;
        if (_rehearsal)
        {
            await journal.RehearseAsync(next, first, [.. events]);
            _view = next;
        }
        else
        {
            try
            {
                await journal.AppendAsync(next, first, [.. events], once);
            }
            catch (JournalException)
            {
                // It may be stored all the same: what the journal says counts from here on, and orders in it are sent again.
                (_view, _isOrdered) = (null, false);
                Wait();
                throw;
            }

            _view = next;
            feed.Publish(next, first, [.. events]);
        }

        if (next.IsFinished)
        {
            _looking?.Dispose();
            open.Ended(Id);
            DeactivateOnIdle();
        }
    }

    private async Task DispatchAsync(List<AttemptOrder> orders)
    {
        try
        {
            await Task.WhenAll(orders.GroupBy(o => o.Placement.Device).Select(g => GrainFactory.GetGrain<IDeviceGrain>(g.Key.Value).RunAsync([.. g])));
        }
        catch (Exception e) when (e is TimeoutException or Orleans.Runtime.OrleansException)
        {
            // Stored is promised: sent again until it is taken.
            _isOrdered = false;
            Wait();
        }
    }

    // Looks every now and then at what cannot go on by itself.
    private void Wait()
    {
        if (!_rehearsal)
        {
            _waitingSince ??= time.GetTimestamp();
            _looking ??= this.RegisterGrainTimer(LookAsync, new GrainTimerCreationOptions { DueTime = Look, Period = Look, KeepAlive = true });
        }
    }

    private bool IsPatienceOver => _waitingSince is { } since && time.GetElapsedTime(since) > options.WaitForDevice;

    private async Task LookAsync()
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            _looking?.Dispose();
            return;
        }

        if (view.Plan is null)
        {
            await (IsPatienceOver ? GiveUpAsync(view) : FleetChangedAsync());
            return;
        }

        if (!_isOrdered)
        {
            _isOrdered = true;
            await DispatchAsync([.. Current(view).Select(c => OrderAgain(view, c.Task, c.Attempt))]);
        }

        if (JobProgress.Stranded(view).Any())
        {
            await GoOnAsync([], stranded: true);
        }
        else if (_cancelledAt is { } asked)
        {
            if (time.GetElapsedTime(asked) > CancelledWithin)
            {
                await StoreAsync([Cancelled(view)]);
            }
        }
        else if (_isOrdered)
        {
            _looking?.Dispose();
            (_looking, _waitingSince) = (null, null);
        }
    }

    private AttemptOrder OrderAgain(JobView view, TaskView task, AttemptView attempt) => new(
        new AttemptId(Id, task.Id, attempt.Number), view.Request.Kind, view.Title, task.Planned,
        new TaskPlacement(task.Id, attempt.DeviceId, attempt.DeviceName, attempt.RuntimeId, attempt.ModelId, null, attempt.Predicted, attempt.PlacementReason, null),
        JobProgress.InputText(view, task.Planned), attempt.PlacedAt, From: AttemptPosition.Of(attempt), Caller: view.Caller);

    private async Task GiveUpAsync(JobView view)
    {
        if (Plan(view, _noTryOutModels, forAway: false) is { MayWait: false } plan)
        {
            await BeginAsync(view, plan);
        }
        else
        {
            await StoreAsync([new JobEnded(time.GetUtcNow(), JobState.Failed, new JobError(
                "No device became ready.", $"Waited {options.WaitForDevice.TotalSeconds:0} s for runtimes to start.", "notready", ReasonCodes.For(ReasonCode.NotReady).Remedy))]);
        }
    }
}
