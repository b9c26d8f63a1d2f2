using EdgeMesh.QaiHub.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Jobs;

/// <summary>Moves jobs on. It has no loop: before each answer, every job is brought to the state that its age says.</summary>
internal sealed class JobEngine(EmulatorState state, JobFinisher finisher, EmulatorOptions options) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    public async Task AdvanceAsync(CancellationToken cancel)
    {
        await _one.WaitAsync(cancel);
        try
        {
            var now = options.Time.GetUtcNow();
            foreach (var entry in state.Jobs.All.Where(e => !e.Held && !new JobMessage(e.Wire).State.HasEnded()).Reverse())
            {
                await AdvanceAsync(entry, now, cancel);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task AdvanceAsync(JobEntry entry, DateTimeOffset now, CancellationToken cancel)
    {
        var job = entry.Wire.Clone();
        var message = new JobMessage(job);
        var (reached, since) = JobPhases.At(JobPhases.Of(message.Type, entry.Id, options.Times, options.Speed), now - entry.Created);
        if (reached == message.State)
        {
            return;
        }

        var entered = entry.Created + since;
        message.SetTime("last_updated_time", entered);
        if (message.State == JobState.Created)
        {
            message.SetTime("start_time", entered);
        }

        if (reached is { } next)
        {
            message.State = next;
            state.Jobs.Change(entry.Id, e => e with { Wire = WithName(e, job) });
            return;
        }

        message.SetTime("completion_time", entered);
        var result = await EndAsync(entry, job, message, entered, cancel);
        state.Jobs.Change(entry.Id, e => e with { Wire = WithName(e, job), Result = result });
    }

    private async Task<JobResult?> EndAsync(JobEntry entry, Job job, JobMessage message, DateTimeOffset ended, CancellationToken cancel)
    {
        try
        {
            var result = entry.Fails is { } reason
                ? throw new JobFailure(JobFailureType.RuntimeUnknown, reason)
                : await finisher.FinishAsync(entry, job, ended, cancel);
            message.State = JobState.Done;
            job.FailureType = JobFailureType.Success;
            return result;
        }
        catch (JobFailure failure)
        {
            message.State = JobState.Failed;
            message.Set("failure_reason", failure.Message);
            job.FailureType = failure.Type;
            return null;
        }
    }

    /// <summary>A rename may have come in between.</summary>
    private static Job WithName(JobEntry latest, Job job)
    {
        new JobMessage(job).Name = new JobMessage(latest.Wire).Name;
        return job;
    }
}
