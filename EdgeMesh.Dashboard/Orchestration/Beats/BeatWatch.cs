using EdgeMesh.Core.Devices;

namespace EdgeMesh.Dashboard.Orchestration.Beats;

/// <summary>What the silence of a device means.</summary>
public enum Silence
{
    /// <summary>None to speak of.</summary>
    Calm,

    /// <summary>Beats are missing.</summary>
    Suspicious,

    /// <summary>Too long.</summary>
    Final,
}

/// <summary>
/// Counts how long a device has been silent, and judges it. Only time that was watched counts: when this process itself stood still (a
/// suspended laptop, a debugger), a look that comes late counts as two looks at most. Not thread-safe; one for each device.
/// </summary>
public sealed class BeatWatch(OrchestratorOptions options, TimeProvider time)
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(250);

    private BeatRhythm _rhythm = BeatRhythm.Unknown;
    private long _beat = time.GetTimestamp();
    private long _look = time.GetTimestamp();
    private TimeSpan _silent;

    /// <summary>How long it has been silent, as far as that was watched.</summary>
    public TimeSpan SilentFor => _silent;

    /// <summary>A beat came.</summary>
    public void Beat()
    {
        var interval = time.GetElapsedTime(_beat);
        // A nap is no rhythm.
        if (interval < options.SuspectAfter * 2)
        {
            _rhythm = _rhythm.After(interval);
        }

        _silent = TimeSpan.Zero;
        _beat = _look = time.GetTimestamp();
    }

    /// <summary>What the silence means by now; to be asked every <see cref="Every"/>.</summary>
    public Silence Look()
    {
        var since = time.GetElapsedTime(_look);
        _look = time.GetTimestamp();
        _silent += since < Every * 2 ? since : Every * 2;
        return _silent > options.LostAfter * _rhythm.Stretch ? Silence.Final
            : _silent > options.SuspectAfter * _rhythm.Stretch ? Silence.Suspicious
            : Silence.Calm;
    }
}
