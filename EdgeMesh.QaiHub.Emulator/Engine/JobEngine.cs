using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Http;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Emulator.State;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Engine;

/// <summary>Moves jobs on. It has no loop: before each answer, every job is brought to the state that its age says.</summary>
internal sealed class JobEngine(EmulatorState state, JobFinisher finisher, EmulatorOptions options) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>One at a time. When a large model keeps another request busy here, this one soon answers with what is known.</summary>
    public async Task AdvanceAsync(CancellationToken cancel)
    {
        if (!await _one.WaitAsync(Patience, cancel))
        {
            return;
        }

        try
        {
            var now = options.Time.GetUtcNow();
            foreach (var entry in state.Jobs.Unordered.Where(e => !e.Held && !e.Ended).OrderBy(e => e.Created).ToList())
            {
                await AdvanceAsync(entry, now);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task AdvanceAsync(JobEntry entry, DateTimeOffset now)
    {
        var job = entry.Wire.Clone();
        var message = new JobMessage(job);
        var phases = JobPhases.Of(message.Type, entry.Id, options.Times, options.Speed);
        var (reached, since) = JobPhases.At(phases, now - entry.Created);
        if (reached == message.State)
        {
            return;
        }

        var entered = entry.Created + since;
        message.SetTime("last_updated_time", entered);
        if (message.State == JobState.Created)
        {
            message.SetTime("start_time", entry.Created + phases[0].Lasts);
        }

        if (reached is { } next)
        {
            message.State = next;
            state.Jobs.Change(entry.Id, e => e with { Wire = WithName(e, job) });
            return;
        }

        message.SetTime("completion_time", entered);
        await EndAsync(entry, job, message, entered);
        state.Jobs.Change(entry.Id, e => e with { Wire = WithName(e, job), Ended = true });
    }

    /// <summary>Runs to its end also when the client whose request led here has gone. Whatever happens, the job ends: no request fails for the job of another.</summary>
    private async Task EndAsync(JobEntry entry, Job job, JobMessage message, DateTimeOffset ended)
    {
        try
        {
            var result = entry.Fails is { } reason
                ? throw new JobFailure(JobFailureType.RuntimeUnknown, reason)
                : await finisher.FinishAsync(entry, job, ended, CancellationToken.None);
            state.Results.Keep(entry.Id, result);
            message.State = JobState.Done;
            job.FailureType = JobFailureType.Success;
        }
        catch (Exception e)
        {
            message.State = JobState.Failed;
            message.Set("failure_reason", e is JobFailure or Refusal ? e.Message : $"The emulator failed: {e.Message}");
            job.FailureType = e switch
            {
                JobFailure failure => failure.Type,
                Refusal => JobFailureType.CloudResourceMissing,
                IOException => JobFailureType.RuntimeOutOfDisk,
                _ => JobFailureType.InternalUnknown,
            };
        }
    }

    /// <summary>A rename may have come in between.</summary>
    private static Job WithName(JobEntry latest, Job job)
    {
        new JobMessage(job).Name = new JobMessage(latest.Wire).Name;
        return job;
    }
}
