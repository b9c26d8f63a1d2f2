namespace EdgeMesh.Core.Scheduling;

/// <summary>When each slot of a lane is free for one caller, kept while a decision gives it work. For one decision on one thread.</summary>
public sealed class LaneSchedule
{
    private readonly double[] _freeMs;
    private readonly Lane _lane;
    private double _startMs;
    private int _turn;

    /// <summary>The lane's waiting attempts take their turns: those that are before the caller's next one.</summary>
    /// <param name="notBeforeMs">No slot is free for others earlier, milliseconds from now.</param>
    /// <param name="caller">Whose work is given to it.</param>
    public LaneSchedule(Lane lane, double notBeforeMs = 0, string caller = "")
    {
        ArgumentNullException.ThrowIfNull(lane);
        _freeMs = new double[lane.Slots];

        // With more attempts than slots, a slot is free once so many have ended that there is room: the last ones to end set the times.
        var running = lane.RunningMs.Sort();
        for (var i = 0; i < Math.Min(_freeMs.Length, running.Length); i++)
        {
            _freeMs[i] = running[^(i + 1)];
        }

        (_lane, _startMs) = (lane, lane.StartOf(caller));
        for (var i = 0; i < lane.OnDevice; i++)
        {
            Give(lane.WaitingMs[i]);
        }

        TakeTurns();
        for (var i = 0; i < _freeMs.Length; i++)
        {
            _freeMs[i] = Math.Max(_freeMs[i], notBeforeMs);
        }
    }

    /// <summary>Milliseconds until everything that it has now has ended: what waits behind the caller's next attempt is not in it.</summary>
    public double EndMs => _freeMs.Max();

    /// <summary>Milliseconds until a slot is free for one more attempt; 0 is now.</summary>
    public double WaitMs => _freeMs[Soonest()];

    /// <summary>Gives one more attempt to the slot that is free first.</summary>
    /// <param name="workMs">Its own milliseconds.</param>
    /// <returns>Milliseconds that it waits.</returns>
    public double Add(double workMs)
    {
        var wait = Give(workMs);
        _startMs += workMs;
        TakeTurns();
        return wait;
    }

    // Those of other callers whose turn is before the next attempt's.
    private void TakeTurns()
    {
        var turns = _lane.Turns;
        for (; _turn < turns.Length && turns[_turn].StartMs <= _startMs; _turn++)
        {
            Give(_lane.WaitingMs[_lane.OnDevice + _turn]);
        }
    }

    private double Give(double workMs)
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
