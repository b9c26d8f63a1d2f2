namespace EdgeMesh.Agent.Runtimes.Engines;

/// <summary>An engine sent nothing for too long.</summary>
public sealed class EngineSilentException : TimeoutException
{
    public EngineSilentException()
    {
    }

    public EngineSilentException(string message)
        : base(message)
    {
    }

    public EngineSilentException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// Whether an engine is still there while a task waits for it. Loading a large model or painting a picture may take many minutes without a byte;
/// an engine that is at work answers probes meanwhile, one that hangs does not. So a task gives up when neither its own answer nor a probe has brought
/// anything for <see cref="SilentAfter"/>, or nothing came for <see cref="LongestWait"/> whatever the probes say. Thread-safe.
/// </summary>
public sealed class EnginePulse(TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private long _heard = time.GetTimestamp();
    private long _missed;

    /// <summary>How long an engine may send nothing at all, probes included. Default 30 s.</summary>
    public TimeSpan SilentAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one answer may bring nothing although probes are answered: a picture on a slow CPU comes in one piece. Default 2 h.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromHours(2);

    /// <summary>The clock that waits are measured with.</summary>
    public TimeProvider Time => time;

    /// <summary>Something came from the engine.</summary>
    public void Heard() => Volatile.Write(ref _heard, time.GetTimestamp());

    /// <summary>A probe got no answer.</summary>
    public void Missed() => Volatile.Write(ref _missed, time.GetTimestamp());

    /// <summary>Waits for a piece of an answer for as long as the engine is there.</summary>
    /// <exception cref="EngineSilentException">It is not, or took longer than <see cref="LongestWait"/>.</exception>
    public async Task<T> ListenAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var since = time.GetTimestamp();
        string? why = null;
        var timer = time.CreateTimer(_ => { if ((why ??= WhyNot(since)) is not null) { limit.Cancel(); } }, null, Look, Look);
        try
        {
            var heard = await wait(limit.Token);
            Heard();
            return heard;
        }
        catch (Exception e) when (why is not null && !cancellationToken.IsCancellationRequested)
        {
            throw new EngineSilentException(why, e);
        }
        finally
        {
            // Waits for a look that is under way: it must not meet a disposed source.
            await timer.DisposeAsync();
        }
    }

    private string? WhyNot(long since)
    {
        var heard = Math.Max(since, Volatile.Read(ref _heard));
        var silent = time.GetElapsedTime(heard);
        if (silent >= SilentAfter && Volatile.Read(ref _missed) > heard)
        {
            return $"sent nothing for {silent.TotalSeconds:0} s and does not answer when it is asked how it is";
        }

        return time.GetElapsedTime(since) >= LongestWait ? $"sent nothing for {LongestWait.TotalMinutes:0} minutes" : null;
    }
}
