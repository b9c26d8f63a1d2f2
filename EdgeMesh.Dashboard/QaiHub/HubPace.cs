namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Lets one question through in a time, whoever asks. Thread-safe.</summary>
public sealed class HubPace(QaiHubOptions options, TimeProvider time)
{
    private readonly TimeSpan _gap = TimeSpan.FromMilliseconds(options.GapMs);
    private readonly Lock _gate = new();
    private DateTimeOffset _next;

    public Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            var mine = _next > now ? _next : now;
            (_next, wait) = (mine + _gap, mine - now);
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancellationToken) : Task.CompletedTask;
    }
}
