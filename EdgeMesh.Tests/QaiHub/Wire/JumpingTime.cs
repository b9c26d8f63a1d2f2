using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.QaiHub.Wire;

/// <summary>
/// A clock that jumps to the end of every wait as soon as it begins, so hours of waiting take no time and come out exact. Limits on silence (28 s, 4 s) are no waits: nothing
/// jumps for them.
/// </summary>
internal sealed class JumpingTime() : FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero))
{
    private static readonly TimeSpan[] Limits = [TimeSpan.FromSeconds(28), TimeSpan.FromSeconds(4)];

    /// <summary>Switch off to let time stand still.</summary>
    public bool Jumps { get; set; } = true;

    /// <summary>Every wait, in order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (Jumps && dueTime > TimeSpan.Zero && !Limits.Contains(dueTime))
        {
            Waits.Enqueue(dueTime);
            _ = Task.Run(() => Advance(dueTime));
        }

        return timer;
    }
}
