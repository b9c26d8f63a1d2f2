namespace EdgeMesh.Core.Scheduling;

/// <summary>
/// What a runtime of a device works on: so many attempts at once, the rest in order. Each runtime is a lane of its own; echoes and system information, which take no
/// time, are in none. Immutable.
/// </summary>
/// <param name="RuntimeId">The runtime, by its id on the device.</param>
/// <param name="Slots">Attempts it works on at once, 1 to <see cref="MaxSlots"/>.</param>
/// <param name="RunningMs">Predicted milliseconds left of each attempt that runs, in any order; more of them than slots is possible.</param>
/// <param name="WaitingMs">Predicted milliseconds of each attempt that waits, without its waiting, first come first.</param>
[GenerateSerializer, Immutable]
public sealed record Lane(string RuntimeId, int Slots, ImmutableArray<double> RunningMs, ImmutableArray<double> WaitingMs)
{
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

    /// <summary>The same lane with one more attempt behind all others.</summary>
    public Lane With(double workMs) => this with { WaitingMs = WaitingMs.Add(workMs) };
}
