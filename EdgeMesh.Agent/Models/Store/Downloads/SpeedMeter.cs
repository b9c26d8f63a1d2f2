namespace EdgeMesh.Agent.Models.Store.Downloads;

/// <summary>Bytes per second over the last five seconds. Not thread-safe.</summary>
internal sealed class SpeedMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(250);
    private readonly Queue<(long At, long Bytes)> _pieces = new();
    private long _inWindow;

    public void Add(long bytes)
    {
        var now = time.GetTimestamp();
        _pieces.Enqueue((now, bytes));
        _inWindow += bytes;
        while (time.GetElapsedTime(_pieces.Peek().At, now) > Window)
        {
            _inWindow -= _pieces.Dequeue().Bytes;
        }
    }

    /// <summary>Null until a quarter of a second was seen.</summary>
    public double? BytesPerSecond()
    {
        if (_pieces.Count == 0)
        {
            return null;
        }

        // The first piece only marks the beginning: the time it took was not seen.
        var (began, first) = _pieces.Peek();
        var elapsed = time.GetElapsedTime(began);
        return elapsed < Shortest ? null : (_inWindow - first) / elapsed.TotalSeconds;
    }
}
