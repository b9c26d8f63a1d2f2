namespace EdgeMesh.Core.Scheduling;

/// <summary>When each slot of a lane is free, kept while a decision gives it work. For one decision on one thread.</summary>
public sealed class LaneSchedule
{
    private readonly double[] _freeMs;

    /// <summary>The lane's waiting attempts take their turns first.</summary>
    /// <param name="notBeforeMs">No slot is free for others earlier, milliseconds from now.</param>
    public LaneSchedule(Lane lane, double notBeforeMs = 0)
    {
        ArgumentNullException.ThrowIfNull(lane);
        _freeMs = new double[lane.Slots];

        // With more attempts than slots, a slot is free once so many have ended that there is room: the last ones to end set the times.
        var running = lane.RunningMs.Sort();
        for (var i = 0; i < Math.Min(_freeMs.Length, running.Length); i++)
        {
            _freeMs[i] = running[^(i + 1)];
        }

        foreach (var work in lane.WaitingMs)
        {
            Add(work);
        }

        for (var i = 0; i < _freeMs.Length; i++)
        {
            _freeMs[i] = Math.Max(_freeMs[i], notBeforeMs);
        }
    }

    /// <summary>Milliseconds until everything that it has now has ended.</summary>
    public double EndMs => _freeMs.Max();

    /// <summary>Milliseconds until a slot is free for one more attempt; 0 is now.</summary>
    public double WaitMs => _freeMs[Soonest()];

    /// <summary>Gives one more attempt to the slot that is free first.</summary>
    /// <param name="workMs">Its own milliseconds.</param>
    /// <returns>Milliseconds that it waits.</returns>
    public double Add(double workMs)
    {
        var slot = Soonest();
        var wait = _freeMs[slot];
        _freeMs[slot] += workMs;
        return wait;
    }

    private int Soonest()
    {
        var soonest = 0;
        for (var i = 1; i < _freeMs.Length; i++)
        {
            soonest = _freeMs[i] < _freeMs[soonest] ? i : soonest;
        }

        return soonest;
    }
}
