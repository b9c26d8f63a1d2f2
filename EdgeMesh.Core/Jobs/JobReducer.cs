namespace EdgeMesh.Core.Jobs;

/// <summary>Folds job events into a <see cref="JobView"/>: the only place where a job's state changes. Pure and exhaustive.</summary>
public static class JobReducer
{
    /// <summary>The view after one more event; null before <see cref="JobSubmitted"/>. Reports of superseded attempts and events after the end change nothing but the version.</summary>
    public static JobView? Apply(JobView? view, JobEvent change)
    {
        if (view is null)
        {
            return change is JobSubmitted s
                ? new JobView(s.Job, 1, s.Request, s.Title, s.RerunOf, JobState.Queued, s.At, null, null, [], null, [], null, null, false)
                : null;
        }

        var next = view with { Version = view.Version + 1 };
        return view.IsFinished ? next : change switch
        {
            JobSubmitted => next,
            PlanMade e => next with
            {
                Plan = e.Plan,
                Verdicts = e.Devices,
                Predicted = e.Predicted,
                Tasks = [.. e.Plan.Tasks.Select(t => new TaskView(t, TaskState.Waiting, []))],
            },
            AttemptPlaced e => Place(next, e),
            AttemptStarted e => Attempt(next, e.Task, e.Number, a => a with { State = AttemptState.Running, StartedAt = a.StartedAt ?? e.At }, TaskState.Running),
            OutputAppended e => Attempt(next, e.Task, e.Number, a => a with { Output = Append(a.Output, e) }),
            AttemptSucceeded e => Attempt(next, e.Task, e.Number, a => a with { State = AttemptState.Succeeded, EndedAt = e.At, ActualMs = e.ActualMs, Receipt = e.Receipt }),
            AttemptFailed e => Attempt(next, e.Task, e.Number, a => a with
            {
                State = e.Reason == ReasonCode.Cancelled ? AttemptState.Cancelled : AttemptState.Failed,
                EndedAt = e.At,
                ActualMs = e.ActualMs,
                Reason = e.Reason,
                Cause = e.Cause,
            }),
            TaskEnded e => Task(next, e.Task, t => t with { State = e.State }),
            CancelRequested => next with { CancelRequested = true },
            JobEnded e => End(next, e),
            _ => throw new ArgumentOutOfRangeException(nameof(change), change.GetType().Name, "An event without a rule."),
        };
    }

    /// <summary>The view after all events.</summary>
    public static JobView? Fold(IEnumerable<JobEvent> changes) => changes.Aggregate((JobView?)null, Apply);

    private static JobView Place(JobView view, AttemptPlaced e)
    {
        var placed = Task(view, e.Task, t => e.Number <= (t.Current?.Number ?? 0) ? t : t with
        {
            State = TaskState.Queued,
            Attempts =
            [
                .. t.Attempts.Select(a => a.State is AttemptState.Placed or AttemptState.Running ? a with { State = AttemptState.Superseded, EndedAt = e.At } : a),
                new AttemptView(e.Number, e.Device, e.DeviceName, e.RuntimeId, e.ModelId, AttemptState.Placed, e.Predicted, e.Reason, e.At, null, null, AttemptOutput.Empty, null, null, null, null),
            ],
        });
        return placed with { State = JobState.Running };
    }

    private static JobView Attempt(JobView view, TaskId id, int number, Func<AttemptView, AttemptView> change, TaskState? state = null) =>
        Task(view, id, t => t.Current is { State: AttemptState.Placed or AttemptState.Running } current && current.Number == number
            ? t with { State = state ?? t.State, Attempts = t.Attempts.SetItem(t.Attempts.Length - 1, change(current)) }
            : t);

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

    private static AttemptOutput Append(AttemptOutput output, OutputAppended e) => new(
        e.Text is { Length: > 0 } text ? output.Chunks.Add(text) : output.Chunks,
        output.Length + (e.Text?.Length ?? 0),
        e.Artifact is { } artifact ? output.Artifacts.Add(artifact) : output.Artifacts);

    private static JobView End(JobView view, JobEnded e)
    {
        // A job that any task failed never ends Succeeded, whatever the event says.
        var state = e.State == JobState.Succeeded && view.Tasks.Any(t => t.State != TaskState.Succeeded) ? JobState.PartiallySucceeded : e.State;
        return view with
        {
            State = state,
            FinishedAt = e.At,
            Error = e.Error,
            Result = JobOutcome.Result(view),
            Tasks = [.. view.Tasks.Select(t => t.State > TaskState.Running ? t : t with { State = state == JobState.Cancelled ? TaskState.Cancelled : TaskState.Failed })],
        };
    }
}
