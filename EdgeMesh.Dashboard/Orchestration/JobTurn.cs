using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Events;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Placement;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Tasks;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>One turn of a job: takes what happened and decides what follows. Pure: it stores and sends nothing.</summary>
/// <param name="before">The job as it was.</param>
/// <param name="fleet">With what was placed a moment ago.</param>
/// <param name="up">Since the start of this dashboard.</param>
/// <param name="isPatienceOver">The job has waited long enough for a device.</param>
internal sealed class JobTurn(JobView before, FleetSnapshot fleet, PlanContext context, OrchestratorOptions options, TimeSpan up, bool isPatienceOver)
{
    private readonly DateTimeOffset _now = context.Now;
    private readonly JobView _before = before;
    private readonly List<JobEvent> _events = [];
    private readonly List<PlacedAttempt> _placed = [];
    private FleetSnapshot _fleet = fleet;

    /// <summary>What happened and what was decided, in order.</summary>
    public IReadOnlyList<JobEvent> Events => _events;

    /// <summary>Attempts that were placed.</summary>
    public IReadOnlyList<PlacedAttempt> Placements => _placed;

    /// <summary>The job after it.</summary>
    public JobView View { get; private set; } = before;

    /// <summary>Attempts that the job waited for before and does not wait for any more, although they run: another one was first.</summary>
    public IEnumerable<OpenAttempt> Superseded =>
        from success in _events.OfType<AttemptSucceeded>()
        let task = _before.Tasks[success.Task.Number - 1]
        from other in task.Open
        where View.Tasks[success.Task.Number - 1].Attempts.Any(a => a.Number == other.Number && a.State == AttemptState.Superseded)
        select new OpenAttempt(task, other);

    /// <summary>Whether the job waits for this attempt.</summary>
    public static bool IsOpen(JobView view, TaskId task, int number) => Open(view, task, number) is not null;

    /// <summary>The attempt while the job waits for it, else null.</summary>
    public static AttemptView? Open(JobView view, TaskId task, int number) =>
        task.Number >= 1 && task.Number <= view.Tasks.Length && view.Tasks[task.Number - 1] is { State: <= TaskState.Running } found ? found.FindOpen(number) : null;

    /// <summary>What happened to attempts, in order. What is known already is left out.</summary>
    public void Take(ImmutableArray<JobEvent> events)
    {
        foreach (var change in events)
        {
            if (!IsRepeated(View, change))
            {
                Decide(change);
            }
        }
    }

    /// <summary>A second device is asked as well; false when that is not right any more.</summary>
    /// <param name="first">The attempt that takes too long.</param>
    public bool Hedge(AttemptId first, TaskPlacement placement)
    {
        if (Hedging.Eligible(View).FirstOrDefault(t => t.Id == first.Task) is not { } task || task.Current!.Number != first.Number)
        {
            return false;
        }

        var number = task.Attempts.Length + 1;
        _placed.Add(new PlacedAttempt(task.Planned, placement, number, JobProgress.InputText(View, task.Planned), IsHedge: true));
        Decide(new AttemptHedged(_now, task.Id, number, placement.Device, placement.DeviceName, placement.RuntimeId, placement.ModelId, placement.Predicted, placement.Reason));
        return true;
    }

    /// <summary>Decides what follows.</summary>
    /// <param name="stranded">Tasks that nobody could take are looked at again.</param>
    public void GoOn(bool stranded)
    {
        foreach (var change in _events.ToList())
        {
            switch (change)
            {
                case AttemptSucceeded s when View.Tasks[s.Task.Number - 1] is { State: TaskState.Running or TaskState.Queued, Current.State: AttemptState.Succeeded }:
                    Decide(new TaskEnded(_now, s.Task, TaskState.Succeeded));
                    break;
                case AttemptFailed f when View.Tasks[f.Task.Number - 1] is { State: TaskState.Running or TaskState.Queued, Current: { } current } && current.Number == f.Number:
                    Retry(f);
                    break;
            }
        }

        foreach (var task in stranded ? JobProgress.Stranded(View).ToList() : [])
        {
            TryAgain(task);
        }

        foreach (var task in JobProgress.Ready(View).ToList())
        {
            if (View.CancelRequested || !Place(task, Tried.Nothing))
            {
                Decide(new TaskEnded(_now, task.Id, View.CancelRequested ? TaskState.Cancelled : TaskState.Failed));
            }
        }

        if (JobProgress.IsOver(View))
        {
            var (state, error) = JobOutcome.Decide(View);
            Decide(new JobEnded(_now, state, error));
        }
    }

    private void Decide(JobEvent change)
    {
        _events.Add(change);
        View = JobReducer.Apply(View, change)!;
    }

    private void Retry(AttemptFailed failed)
    {
        var task = View.Tasks[failed.Task.Number - 1];
        var policy = ReasonCodes.For(failed.Reason);
        if (!policy.Retried || View.CancelRequested || Retries.AreSpent(task.Attempts, options.MaxAttempts) || IsNeverReady(task) || (!Place(task, Tried.Of(task.Attempts, failed.Reason)) && !policy.Waits && !MayBeTaken(task)))
        {
            Decide(new TaskEnded(_now, failed.Task, failed.Reason == ReasonCode.Cancelled ? TaskState.Cancelled : TaskState.Failed));
        }
    }

    // Device after device has said for too long that it is not ready; what was before this start of the dashboard is no sign.
    private bool IsNeverReady(TaskView task) =>
        up > options.WaitForDevice && task.Attempts.Reverse().TakeWhile(a => a.Reason == ReasonCode.NotReady).LastOrDefault() is { EndedAt: { } first } && _now - first > options.WaitForDevice;

    // Nobody could take it when its attempt failed: another device, or the same one when it is back.
    private void TryAgain(TaskView task)
    {
        if (View.CancelRequested || (!Place(task, Tried.Of(task.Attempts, task.Current!.Reason ?? ReasonCode.Lost)) && !Place(task, Tried.OwnFaults(task.Attempts)) && isPatienceOver))
        {
            Decide(new TaskEnded(_now, task.Id, View.CancelRequested ? TaskState.Cancelled : TaskState.Failed));
        }
    }

    // A device that is not linked now, or was only interrupted, could do it: worth waiting for. Of one that has not linked since the start nothing is known yet.
    private bool MayBeTaken(TaskView task)
    {
        var failed = Tried.OwnFaults(task.Attempts);
        if (up < options.WaitForDevice
            && _fleet.Devices.Any(d => d is { State: DeviceState.Lost, RuntimesLoaded: false } && !failed.Devices.Contains(d.Id) && (task.Planned.OnDevice ?? d.Id) == d.Id))
        {
            return true;
        }

        var linked = _fleet with { Devices = [.. _fleet.Devices.Select(d => d.State is DeviceState.Suspect or DeviceState.Lost ? d with { State = DeviceState.Online } : d)] };
        return Choose(task.Planned, failed, linked, null) is not null;
    }

    private bool Place(TaskView task, Tried tried)
    {
        // A device that failed the task is replaced, so it does not count.
        var used = View.Tasks.SelectMany(t => t.Open).Select(a => a.DeviceId).Except(tried.Devices).ToHashSet();
        var soFar = Seams.After(task, _fleet);
        if (Choose(task.Planned, tried, WorkerLimit.Keep(_fleet, View.Request, used), soFar) is not { } chosen)
        {
            return false;
        }

        // The tasks of a stage share the devices: what this one was given counts for the next.
        var (placement, number) = (chosen.Placement, task.Attempts.Length + 1);
        var given = placement.GoesOn ? soFar : null;
        _fleet = _fleet.With(task.Planned, placement, TaskLoad.CharsOf(chosen.Text.Length, task.Planned.Options) + (given?.Text.Length ?? 0), View.Caller);
        _placed.Add(new PlacedAttempt(task.Planned, placement, number, chosen.Text, SoFar: given?.Text));
        Decide(new AttemptPlaced(
            _now, task.Id, number, placement.Device, placement.DeviceName, placement.RuntimeId, placement.ModelId, placement.Predicted, placement.Reason, given is null ? null : new Seam(given.Attempt, given.Text.Length)));
        return true;
    }

    // What earlier stages wrote may be longer than planned; then the best models get as much of it as they can read.
    private (TaskPlacement Placement, string Text)? Choose(PlannedTask task, Tried tried, FleetSnapshot allowed, TextSoFar? soFar)
    {
        var text = JobProgress.InputText(View, task);
        var load = TaskLoad.Of(text, task.Options);
        var combines = !task.Input.OutputsOf.IsEmpty;
        var room = combines ? PlanningPipeline.LongestRoom(task, load, View.Request, allowed, context, tried) : null;
        if (load.Tokens > room)
        {
            // How much it is shortened depends on who is there now, and an answer goes on only with what it was an answer to.
            (text, soFar) = (JobProgress.ShortenedInput(View, task, room.Value), null);
        }

        var (placement, _) = PlanningPipeline.PlaceAgain(task, TaskLoad.Of(text, task.Options), View.Request, allowed, context, tried, soFar);
        if (placement is { RunnerUp: null } && allowed.Devices.Length < _fleet.Devices.Length)
        {
            placement = placement with { Reason = $"You asked for {View.Request.MaxWorkers} {(View.Request.MaxWorkers == 1 ? "device" : "devices")} at most." };
        }

        return placement is null ? null
            : load.Tokens > room ? (placement with { Reason = $"{placement.Reason} What it combines was shortened to what it can read." }, text)
            : (placement, text);
    }

    /// <summary>A report that came twice, because the answer to the first one was late: output that is there already, an attempt that has begun, has ended or was replaced.</summary>
    private static bool IsRepeated(JobView view, JobEvent change) =>
        change switch
        {
            OutputAppended { Artifact: { } artifact } e => Open(view, e.Task, e.Number) is not { } open || open.Output.Artifacts.Contains(artifact),
            OutputAppended e => Open(view, e.Task, e.Number) is not { } open || e.Offset < open.Output.Position,
            ReasoningAppended e => Open(view, e.Task, e.Number) is not { } open || e.Offset < open.Output.Reasoning.Length,
            OutputWasReasoning e => Open(view, e.Task, e.Number) is not { Output.Moved: 0 },
            AttemptStarted e => Open(view, e.Task, e.Number) is not { StartedAt: null },
            AttemptSucceeded e => !IsOpen(view, e.Task, e.Number),
            AttemptFailed e => !IsOpen(view, e.Task, e.Number),
            _ => false,
        };
}
