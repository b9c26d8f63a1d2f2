using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>
/// Folds job events into a <see cref="JobView"/>: the only place where a job's state changes. Pure and exhaustive. An event that cannot be
/// (a second plan, a report of an older attempt, a success that no attempt had, text that was there already) changes only the version.
/// </summary>
public static class JobReducer
{
    /// <summary>The view after one more event; null before <see cref="JobSubmitted"/>. After the end nothing changes but the version.</summary>
    public static JobView? Apply(JobView? view, JobEvent change)
    {
        if (view is null)
        {
            return change is JobSubmitted s
                ? new JobView(s.Job, 1, s.Request, s.Title, s.RerunOf, JobState.Queued, s.At, null, null, [], null, [], null, null, false, s.Caller)
                : null;
        }

        var next = view with { Version = view.Version + 1 };
        return view.IsFinished ? next : change switch
        {
            JobSubmitted => next,
            PlanMade when view.Plan is not null => next,
            PlanMade e => next with
            {
                Plan = e.Plan,
                Verdicts = e.Devices,
                Predicted = e.Predicted,
                Tasks = [.. e.Plan.Tasks.Select(t => new TaskView(t, TaskState.Waiting, []))],
            },
            AttemptPlaced e => Place(next, e),
            AttemptHedged e => Hedge(next, e),
            AttemptStarted e => Begun(next, Attempt(next, e.Task, e.Number, a => a with { State = AttemptState.Running, StartedAt = a.StartedAt ?? e.At }, TaskState.Running)),
            OutputAppended e => Attempt(next, e.Task, e.Number, a => a with { Output = a.Output.Append(e) }),
            ReasoningAppended e => Attempt(next, e.Task, e.Number, a => a with { Output = a.Output.Append(e) }),
            OutputWasReasoning e => Attempt(next, e.Task, e.Number, a => a with { Output = a.Output.Apply(e) }),
            AttemptSucceeded e => Begun(next, Task(next, e.Task, t => Win(t, e))),
            AttemptFailed e => Task(next, e.Task, t => Fail(t, e)),
            TaskEnded e => Task(next, e.Task, t => MayEnd(t, e.State) ? Close(t, e.State, e.At) : t),
            CancelRequested => next with { CancelRequested = true },
            JobEnded { State: JobState.Queued or JobState.Running } => next,
            JobEnded e => End(next, e),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "An event without a rule."),
        };
    }

    /// <summary>The view after all events.</summary>
    public static JobView? Fold(IEnumerable<JobEvent> changes) => changes.Aggregate((JobView?)null, Apply);

    /// <summary>The view after some more events.</summary>
    public static JobView Fold(JobView view, IEnumerable<JobEvent> changes) => changes.Aggregate(view, (v, e) => Apply(v, e)!);

    private static JobView Place(JobView view, AttemptPlaced e)
    {
        var placed = Task(view, e.Task, t => e.Number <= LastNumber(t) || HasSucceeded(t) ? t : t with
        {
            State = TaskState.Queued,
            Lead = null,
            Attempts =
            [
                .. t.Attempts.Select(a => a.IsOpen ? a with { State = AttemptState.Superseded, EndedAt = e.At } : a),
                new AttemptView(e.Number, e.Device, e.DeviceName, e.RuntimeId, e.ModelId, AttemptState.Placed, e.Predicted, e.Reason, e.At, null, null, Seams.Given(t, e.Seam), null, null, null, null) { Seam = e.Seam },
            ],
        });

        // A job runs while something of it does; one whose only work waits in another queue, also after a failure, waits.
        return e.Number > 1 && !placed.Tasks.Any(t => t.State is TaskState.Running or TaskState.Succeeded) ? placed with { State = JobState.Queued } : placed;
    }

    // Beside the attempt that runs, which goes on leading; once a task.
    private static JobView Hedge(JobView view, AttemptHedged e) => Task(view, e.Task, t => t is not { Current: { State: AttemptState.Running } first, Hedge: null } || e.Number <= LastNumber(t) ? t : t with
    {
        Lead = first.Number,
        Attempts = t.Attempts.Add(new AttemptView(
            e.Number, e.Device, e.DeviceName, e.RuntimeId, e.ModelId, AttemptState.Placed, e.Predicted, e.Reason, e.At, null, null, AttemptOutput.Empty, null, null, null, null, IsHedge: true)),
    });

    // Whoever succeeds first leads, and nobody waits for the other one.
    private static TaskView Win(TaskView task, AttemptSucceeded e) => task.FindOpen(e.Number) is null ? task : task with
    {
        Lead = e.Number,
        Attempts =
        [
            .. task.Attempts.Select(a => a.Number == e.Number ? a with { State = AttemptState.Succeeded, EndedAt = e.At, ActualMs = e.ActualMs, Receipt = e.Receipt }
                : a.IsOpen ? a with { State = AttemptState.Superseded, EndedAt = e.At, ActualMs = a.ElapsedMs(e.At) } : a),
        ],
    };

    // When the leading one fails while another one runs, that one leads.
    private static TaskView Fail(TaskView task, AttemptFailed e) => task.FindOpen(e.Number) is not { } failed ? task : task with
    {
        Lead = task.Current == failed && task.Open.FirstOrDefault(a => a != failed) is { } other ? other.Number : task.Lead,
        Attempts = task.Attempts.Replace(failed, failed with
        {
            State = e.Reason == ReasonCode.Cancelled ? AttemptState.Cancelled : AttemptState.Failed,
            EndedAt = e.At,
            ActualMs = e.ActualMs,
            Reason = e.Reason,
            Cause = e.Cause,
            EndedByDashboard = e.ByDashboard,
        }),
    };

    private static int LastNumber(TaskView task) => task.Attempts.IsEmpty ? 0 : task.Attempts[^1].Number;

    private static bool HasSucceeded(TaskView task) => task.Current is { State: AttemptState.Succeeded };

    private static JobView Begun(JobView before, JobView view) => ReferenceEquals(before, view) ? view : view with { State = JobState.Running };

    // A task succeeds only when its current attempt did.
    private static bool MayEnd(TaskView task, TaskState state) =>
        state > TaskState.Running && (state != TaskState.Succeeded || task.Current?.State == AttemptState.Succeeded);

    private static JobView Attempt(JobView view, TaskId id, int number, Func<AttemptView, AttemptView> change, TaskState? state = null) =>
        Task(view, id, t => t.FindOpen(number) is { } open ? t with { State = state ?? t.State, Attempts = t.Attempts.Replace(open, change(open)) } : t);

    private static JobView Task(JobView view, TaskId id, Func<TaskView, TaskView> change)
    {
        // Ids are 1, 2, 3 … in plan order, so a task is found without a search.
        var index = id.Number - 1;
        if (index < 0 || index >= view.Tasks.Length || view.Tasks[index].State > TaskState.Running)
        {
            return view;
        }

        var task = view.Tasks[index];
        var changed = change(task);
        return ReferenceEquals(task, changed) ? view : view with { Tasks = view.Tasks.SetItem(index, changed) };
    }

    private static JobView End(JobView view, JobEnded e)
    {
        // A job that any task failed never ends Succeeded, and one without any result never ends in part, whatever the event says.
        var done = view.Tasks.Count(t => t.State == TaskState.Succeeded);
        var state = e.State switch
        {
            JobState.Succeeded when done < view.Tasks.Length || done == 0 => done == 0 ? JobState.Failed : JobState.PartiallySucceeded,
            JobState.PartiallySucceeded when done == 0 => JobState.Failed,
            _ => e.State,
        };
        return view with
        {
            State = state,
            FinishedAt = e.At,
            Error = state == JobState.Succeeded ? null : e.Error ?? JobOutcome.Decide(view).Error,
            Result = JobOutcome.Result(view),
            Tasks = [.. view.Tasks.Select(t => Close(t, state == JobState.Cancelled ? TaskState.Cancelled : TaskState.Failed, e.At))],
        };
    }

    // Nobody waits any more for what still ran.
    private static TaskView Close(TaskView task, TaskState state, DateTimeOffset at) => task.State > TaskState.Running ? task : task with
    {
        State = state,
        Attempts = [.. task.Attempts.Select(a => a.IsOpen ? a with { State = AttemptState.Cancelled, EndedAt = at } : a)],
    };
}
