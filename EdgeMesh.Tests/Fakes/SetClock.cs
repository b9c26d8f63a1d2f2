namespace EdgeMesh.Tests.Fakes;

/// <summary>The system's timers and timestamps, and a clock that can be set.</summary>
public sealed class SetClock : TimeProvider
{
    private long _offset;

    /// <summary>From the system's clock, so far.</summary>
    public void Set(TimeSpan offset) => Interlocked.Exchange(ref _offset, offset.Ticks);

    /// <summary>So much later than it is.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));
}
