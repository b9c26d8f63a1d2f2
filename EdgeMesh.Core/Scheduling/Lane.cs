namespace EdgeMesh.Core.Scheduling;

/// <summary>
/// What a runtime of a device works on: so many attempts at once, the rest in turns between those who asked. Each runtime is a lane of its own; echoes and system information, which take no
/// time, are in none. Immutable.
/// </summary>
/// <param name="RuntimeId">The runtime, by its id on the device.</param>
/// <param name="Slots">Attempts it works on at once, 1 to <see cref="MaxSlots"/>.</param>
/// <param name="RunningMs">Predicted milliseconds left of each attempt that runs, in any order; more of them than slots is possible.</param>
/// <param name="WaitingMs">Predicted milliseconds of each attempt that waits, without its waiting, in the order of their turns: first what the device has already, then what waits for the device.</param>
/// <param name="Claims">The turns of those that wait for the device: of the last ones of <paramref name="WaitingMs"/>. Nobody goes before the others.</param>
/// <param name="NextMs">Where the next attempt of a caller would start among them; 0 for who is not in it. Null: nobody is.</param>
[GenerateSerializer, Immutable]
public sealed record Lane(
    string RuntimeId, int Slots, ImmutableArray<double> RunningMs, ImmutableArray<double> WaitingMs, ImmutableArray<Claim> Claims = default, ImmutableDictionary<string, double>? NextMs = null)
{
    /// <summary>Attempts that a device is given beyond its slots, so that it does not idle between two of them.</summary>
    public const int LookAhead = 2;

    /// <summary>Slots of a runtime that does not say.</summary>
    public const int UsualSlots = 2;

    /// <summary>The most slots that count.</summary>
    public const int MaxSlots = 64;

    /// <summary>Predicted milliseconds of everything in it, one after the other.</summary>
    public double WorkMs => RunningMs.Sum() + WaitingMs.Sum();

    /// <summary>A lane with nothing in it.</summary>
    /// <param name="slots">As the runtime says; null when it does not.</param>
    public static Lane Idle(string runtimeId, int? slots) => new(runtimeId, SlotsOf(slots), [], []);

    /// <summary>The slots of a runtime by what it says; null and nonsense are the usual.</summary>
    public static int SlotsOf(int? told) => told is > 0 and var slots ? Math.Min(slots, MaxSlots) : UsualSlots;

    /// <summary>Attempts of <see cref="WaitingMs"/> that the device has already.</summary>
    public int OnDevice => WaitingMs.Length - Turns.Length;

    /// <summary>The turns of those that wait for the device, in order.</summary>
    public ImmutableArray<Claim> Turns => Claims.IsDefault ? [] : Claims;

    /// <summary>Where the next attempt of a caller would start on the line of virtual time, milliseconds from now.</summary>
    public double StartOf(string caller) => NextMs is not null && NextMs.TryGetValue(caller, out var start) ? start : 0;

    /// <summary>The same lane with one more attempt, at its turn: behind what the device has, and behind those that wait and started before.</summary>
    /// <param name="workMs">Its own milliseconds.</param>
    /// <param name="caller">Whose it is.</param>
    public Lane With(double workMs, string caller = "")
    {
        var (start, turns) = (StartOf(caller), Turns);
        var next = (NextMs ?? ImmutableDictionary<string, double>.Empty).SetItem(caller, start + workMs);
        if (turns.IsEmpty && RunningMs.Length + WaitingMs.Length < Slots + LookAhead)
        {
            // It goes to the device at once, and its start is now.
            return this with { WaitingMs = WaitingMs.Add(workMs), NextMs = next.Where(n => n.Value > start).ToImmutableDictionary(n => n.Key, n => n.Value - start) };
        }

        var before = turns.Count(t => t.StartMs <= start);
        return this with { WaitingMs = WaitingMs.Insert(OnDevice + before, workMs), Claims = turns.Insert(before, new Claim(caller, start)), NextMs = next };
    }
}
