namespace EdgeMesh.Dashboard.Orchestration.Beats;

/// <summary>The processor load of the last minute, one value a second, for a device's sparkline. Not thread-safe; one for each device.</summary>
public sealed class LoadHistory(TimeProvider time)
{
    private const int Most = 60;

    // A little less than a second, so that every other beat counts although beats jitter.
    private static readonly TimeSpan Spacing = TimeSpan.FromSeconds(0.95);
    private readonly Queue<float> _values = new();
    private long _newest;

    /// <summary>Percent, oldest first.</summary>
    public ImmutableArray<float> Values { get; private set; } = [];

    /// <summary>Takes a beat's load; null, and what comes sooner than a second after the last, is left out.</summary>
    public ImmutableArray<float> Add(double? percent)
    {
        if (percent is { } load && (_newest == 0 || time.GetElapsedTime(_newest) >= Spacing))
        {
            _newest = time.GetTimestamp();
            _values.Enqueue((float)load);
            if (_values.Count > Most)
            {
                _values.Dequeue();
            }

            Values = [.. _values];
        }

        return Values;
    }
}
