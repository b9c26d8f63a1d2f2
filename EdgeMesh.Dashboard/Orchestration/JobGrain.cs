using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Dashboard.Storage;
using Orleans.Concurrency;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>A job: decides what happens next, stores it, then tells. State changes only through <see cref="JobReducer"/>.</summary>
public sealed class JobGrain(Journal journal, JobFeed feed, PlacedWork placed, PlanContexts contexts, OpenJobs open, OrchestratorOptions options, OrchestratorEpoch epoch, TimeProvider time) : Grain, IJobGrain
{
    private static readonly TimeSpan CancelledWithin = TimeSpan.FromSeconds(15);
    private readonly JobRecord _record = new(journal, feed);
    private readonly JobPlanning _planning = new(placed, contexts, time);
    private JobDevices? _devices;
    private JobPatience? _patience;
    private long? _cancelledAt;
    private bool _isOrdered = true;
    private bool _noTryOutModels;

    private JobId Id => new(this.GetPrimaryKeyString());

    private JobPatience Patience => _patience ??= new JobPatience(this, LookAsync, time);

    private JobDevices Devices => _devices ??= new JobDevices(GrainFactory);

    public async Task SubmitAsync(JobRequest request, string caller, PlanResult plan, JobId? rerunOf, SubmitOnce? once, bool noTryOutModels = false)
    {
        _noTryOutModels = noTryOutModels;
        JobSubmitted submitted = new(time.GetUtcNow(), Id, request, JobTitle.Of(request), rerunOf, caller);
        var view = JobReducer.Apply(null, submitted)!;
        var (events, orders) = _planning.Begin(view, plan with { Refusal = null }, _record.IsRehearsal);
        await StoreAsync([submitted, .. events], JobReducer.Fold(view, events), once);
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
        _record.Restore();
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
        _record.IsRehearsal = true;
        await SubmitAsync(request, "", plan, rerunOf: null, once: null);
    }

    public Task<bool> IsOverAsync() => Task.FromResult(_record.Known is not { IsFinished: false });

    public Task ReportAsync(Immutable<ImmutableArray<JobEvent>> events) => GoOnAsync(events.Value, stranded: false);

    public async Task<bool> MoveAsync(AttemptId attempt, string cause, double remainingMs, TimeSpan away)
    {
        if (await ViewAsync() is not { IsFinished: false } view || JobTurn.Open(view, attempt.Task, attempt.Number) is not { } there)
        {
            return true;
        }

        if (view.CancelRequested || !_planning.IsSoonerElsewhere(view, view.Tasks[attempt.Task.Number - 1], remainingMs, away, options.ReattachFor))
        {
            return false;
        }

        await GoOnAsync([new AttemptFailed(time.GetUtcNow(), attempt.Task, attempt.Number, there.ElapsedMs(time.GetUtcNow()), ReasonCode.Lost, cause, there.DeviceId)], stranded: false);
        return true;
    }

    public async Task<bool> HedgeAsync(AttemptId first, TaskPlacement placement)
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            return false;
        }

        var turn = Turn(view);
        if (!turn.Hedge(first, placement))
        {
            return false;
        }

        await CommitAsync(turn);
        return true;
    }

    // Takes what happened, decides what follows, stores both, and sends the orders.
    private async Task GoOnAsync(ImmutableArray<JobEvent> events, bool stranded)
    {
        if (await ViewAsync() is not { IsFinished: false } before)
        {
            return;
        }

        var turn = Turn(before);
        turn.Take(events);
        turn.GoOn(stranded);
        await CommitAsync(turn);
        await Devices.StopSupersededAsync(Id, turn.Superseded);
        if (JobProgress.Stranded(turn.View).Any())
        {
            Wait();
        }
    }

    private JobTurn Turn(JobView view) => new(view, placed.Current, contexts.Now(view.Caller), options, epoch.Up, Patience.IsOver(options.WaitForDevice));

    private Task CommitAsync(JobTurn turn)
    {
        List<AttemptOrder> orders = [.. turn.Placements.Select(p => AttemptOrders.New(turn.View, p, time.GetUtcNow(), _record.IsRehearsal))];
        placed.Add(orders);
        return CommitAsync([.. turn.Events], turn.View, orders);
    }

    private async Task CommitAsync(List<JobEvent> events, JobView next, List<AttemptOrder> orders)
    {
        try
        {
            await StoreAsync(events, next);
            await DispatchAsync(orders);
        }
        finally
        {
            placed.Settle(a => a.Job == Id);
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
            if (!OpenAttempt.Of(view).Any())
            {
                events.Add(JobEndings.Cancelled(view, time.GetUtcNow()));
            }

            await StoreAsync(events);
        }

        await StopAttemptsAsync(view);
        return true;
    }

    // Asked again, it asks again. What no device has stopped by then ends here.
    private async Task StopAttemptsAsync(JobView view)
    {
        if (OpenAttempt.Of(view).ToList() is not [_, ..] open)
        {
            return;
        }

        _cancelledAt ??= time.GetTimestamp();
        Wait();
        await Devices.StopAsync(Id, open);
    }

    public async Task AbandonAsync(string cause)
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            return;
        }

        await StoreAsync(JobEndings.Abandoned(view, cause, time.GetUtcNow()));
    }

    public async Task FleetChangedAsync()
    {
        if (_record.Known is not { Plan: null, IsFinished: false } view)
        {
            return;
        }

        // While an engine that may do it well still starts, a model for trying out is not taken because it was up first.
        var plan = _planning.Plan(view, noTryOutModels: true);
        if (!plan.MayWait)
        {
            await BeginAsync(view, plan.Plan is null ? _planning.Plan(view, _noTryOutModels) : plan);
        }
    }

    private async Task BeginAsync(JobView view, PlanResult plan)
    {
        var (events, orders) = _planning.Begin(view, plan, _record.IsRehearsal);
        await CommitAsync(events, JobReducer.Fold(view, events), orders);
    }

    private ValueTask<JobView?> ViewAsync() => _record.ReadAsync(Id);

    private Task StoreAsync(List<JobEvent> events) => StoreAsync(events, JobReducer.Fold(_record.Known!, events));

    private async Task StoreAsync(List<JobEvent> events, JobView next, SubmitOnce? once = null)
    {
        if (events.Count == 0)
        {
            return;
        }

        try
        {
            await _record.StoreAsync([.. events], next, once);
        }
        catch (JournalException) when (!_record.IsRehearsal)
        {
            // Orders in it are sent again.
            _isOrdered = false;
            Wait();
            throw;
        }

        if (next.IsFinished)
        {
            Patience.End();
            open.Ended(Id);
            DeactivateOnIdle();
        }
    }

    private async Task DispatchAsync(List<AttemptOrder> orders)
    {
        if (!await Devices.OrderAsync(orders))
        {
            // Stored is promised: sent again until it is taken.
            _isOrdered = false;
            Wait();
        }
    }

    private void Wait()
    {
        if (!_record.IsRehearsal)
        {
            Patience.Wait();
        }
    }

    private async Task LookAsync()
    {
        if (await ViewAsync() is not { IsFinished: false } view)
        {
            Patience.End();
            return;
        }

        if (view.Plan is null)
        {
            await (Patience.IsOver(options.WaitForDevice) ? GiveUpAsync(view) : FleetChangedAsync());
            return;
        }

        if (!_isOrdered)
        {
            _isOrdered = true;
            await DispatchAsync([.. OpenAttempt.Of(view).Select(o => AttemptOrders.Again(view, o.Task, o.Attempt))]);
        }

        if (JobProgress.Stranded(view).Any())
        {
            await GoOnAsync([], stranded: true);
        }
        else if (_cancelledAt is { } asked)
        {
            if (time.GetElapsedTime(asked) > CancelledWithin)
            {
                await StoreAsync([JobEndings.Cancelled(view, time.GetUtcNow())]);
            }
        }
        else if (_isOrdered)
        {
            Patience.End();
        }
    }

    private Task GiveUpAsync(JobView view) => _planning.Plan(view, _noTryOutModels, forAway: false) is { MayWait: false } plan
        ? BeginAsync(view, plan) : StoreAsync([JobEndings.NeverReady(options.WaitForDevice, time.GetUtcNow())]);
}
