namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>Looks every second at a job that cannot go on by itself, and knows for how long it has waited. Belongs to the job's grain; not thread-safe.</summary>
internal sealed class JobPatience(IGrainBase grain, Func<Task> look, TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private IGrainTimer? _looking;
    private long? _since;

    /// <summary>Begins to look, if it does not yet.</summary>
    public void Wait()
    {
        _since ??= time.GetTimestamp();
        _looking ??= grain.RegisterGrainTimer(look, new GrainTimerCreationOptions { DueTime = Every, Period = Every, KeepAlive = true });
    }

    /// <summary>Whether it has waited for longer.</summary>
    public bool IsOver(TimeSpan limit) => _since is { } since && time.GetElapsedTime(since) > limit;

    /// <summary>Nothing is waited for any more.</summary>
    public void End()
    {
        _looking?.Dispose();
        (_looking, _since) = (null, null);
    }
}
