namespace EdgeMesh.Agent.Models.Store.Downloads;

/// <summary>Counts one install and reports it, not too often; a new phase and the end of a file are told at once. Used by one install, one thread at a time.</summary>
internal sealed class InstallMeter(IProgress<InstallProgress>? progress, TimeSpan every, TimeProvider time)
{
    private readonly SpeedMeter _speed = new(time);
    private InstallProgress _now = new(InstallPhase.Listing, null, 0, 0, 0, null, null, null);
    private long _finished;
    private long _reported;

    public void Start(int files, long? totalBytes)
    {
        _now = _now with { Files = files, TotalBytes = totalBytes };
        Report();
    }

    public void Enter(InstallPhase phase, string? file = null)
    {
        _now = _now with { Phase = phase, File = file };
        Report();
    }

    /// <summary>The file in work has this many bytes now; only those that came over the wire count as speed.</summary>
    public void Have(long fileBytes, int received)
    {
        _now = _now with { Bytes = _finished + fileBytes };
        if (received > 0)
        {
            _speed.Add(received);
        }

        if (time.GetElapsedTime(_reported) >= every)
        {
            Report();
        }
    }

    public void Finished(long fileBytes)
    {
        _finished += fileBytes;
        _now = _now with { Bytes = _finished, FilesDone = _now.FilesDone + 1 };
        Report();
    }

    private void Report()
    {
        _reported = time.GetTimestamp();
        var speed = _now.Phase == InstallPhase.Fetching ? _speed.BytesPerSecond() : null;
        var left = _now.TotalBytes - _now.Bytes;
        progress?.Report(_now with
        {
            BytesPerSecond = speed,
            Remaining = speed > 0 && left >= 0 ? TimeSpan.FromSeconds((double)left / speed.Value) : null,
        });
    }
}
