using CsCheck;

namespace EdgeMesh.Tests.Simulation;

/// <summary>What one attempt does next on its device.</summary>
internal enum Act
{
    /// <summary>Says that it works on it.</summary>
    Start,

    /// <summary>Writes a word that no other attempt writes.</summary>
    Write,

    /// <summary>Thinks a word.</summary>
    Think,

    /// <summary>All it wrote so far turns out to have been thought, once.</summary>
    Rethink,

    /// <summary>Sends a file of its own in two pieces, and its streams break between them.</summary>
    Draw,

    /// <summary>Its streams break without a word; the device goes on.</summary>
    Break,

    /// <summary>The device forgets it.</summary>
    Forget,

    /// <summary>Its engine fails: a reason of its own, which is tried elsewhere.</summary>
    Fail,

    /// <summary>The device hands it back, as one that is being stopped.</summary>
    HandBack,
}

/// <summary>What happens next in a simulated mesh.</summary>
internal enum Turn
{
    /// <summary>The next job is submitted.</summary>
    Submit,

    /// <summary>An attempt does its next act; behind its last one it succeeds.</summary>
    Go,

    /// <summary>The link of a device breaks.</summary>
    Cut,

    /// <summary>A device that is away links again.</summary>
    Link,

    /// <summary>The agent of a device dies, and is there again: its unfinished attempts are lost.</summary>
    Restart,

    /// <summary>Somebody cancels a job.</summary>
    Cancel,

    /// <summary>Reports of a job come that are late: text and a success of an attempt that was replaced long ago.</summary>
    Late,

    /// <summary>All reports of a job come once more.</summary>
    Twice,

    /// <summary>Two minutes go by in which nothing moves, so that whatever runs takes longer than predicted, and second devices are asked.</summary>
    Overdue,

    /// <summary>The dashboard dies: the next one starts from what is stored.</summary>
    Kill,
}

/// <summary>One job, as its devices will treat it.</summary>
/// <param name="Attempts">What the first, second, … attempt does; those beyond only write. Behind their last act they succeed.</param>
internal sealed record History(ImmutableArray<ImmutableArray<Act>> Attempts)
{
    /// <summary>The acts of an attempt, from 1.</summary>
    public ImmutableArray<Act> Of(int attempt) => attempt <= Attempts.Length ? Attempts[attempt - 1] : [Act.Start, Act.Write];

    public override string ToString() => string.Join(" / ", Attempts.Select(a => string.Join(' ', a)));
}

/// <summary>Many jobs on a few devices, and in which order everything happens.</summary>
/// <param name="Devices">1 to 3.</param>
/// <param name="Turns">Each with a number that chooses, among all there are then, whose turn it is.</param>
internal sealed record World(int Devices, ImmutableArray<History> Jobs, ImmutableArray<(Turn Turn, int Whose)> Turns)
{
    public override string ToString() => $"{Devices} devices, {Jobs.Length} jobs, {Turns.Length} turns";
}

/// <summary>Generates worlds; the same seed gives the same one.</summary>
internal static class Histories
{
    private const int TurnsOfAJob = 14;

    private static readonly Gen<Act> AnyAct = Gen.Frequency(
        (12, Gen.Const(Act.Write)), (3, Gen.Const(Act.Think)), (1, Gen.Const(Act.Rethink)), (1, Gen.Const(Act.Draw)), (2, Gen.Const(Act.Break)), (1, Gen.Const(Act.Forget)), (1, Gen.Const(Act.Fail)), (1, Gen.Const(Act.HandBack)));

    private static readonly Gen<Turn> AnyTurn = Gen.Frequency(
        (12, Gen.Const(Turn.Submit)), (120, Gen.Const(Turn.Go)), (3, Gen.Const(Turn.Cut)), (6, Gen.Const(Turn.Link)), (1, Gen.Const(Turn.Restart)), (1, Gen.Const(Turn.Cancel)), (8, Gen.Const(Turn.Overdue)),
        (2, Gen.Const(Turn.Late)), (2, Gen.Const(Turn.Twice)));

    // Starting a dashboard takes seconds, so one life of it is enough for most worlds.
    private static readonly Gen<int?> KilledAt = Gen.Frequency<int?>((3, Gen.Const((int?)null)), (1, Gen.Int[0, 100].Select(p => (int?)p)));

    private static readonly Gen<History> AnyHistory =
        AnyAct.Array[1, 8].Select(acts => ImmutableArray.Create([Act.Start, .. acts])).Array[1, 3].Select(attempts => new History([.. attempts]));

    /// <param name="jobs">In each world.</param>
    public static Gen<World> Worlds(int jobs) => Gen.Select(
        Gen.Int[1, 3], AnyHistory.Array[jobs], Gen.Select(AnyTurn, Gen.Int[0, 1 << 20]).Array[jobs * TurnsOfAJob],
        KilledAt,
        (devices, histories, turns, killed) => new World(devices, [.. histories], [.. turns.Take(At(turns, killed)), .. killed is null ? (ReadOnlySpan<(Turn, int)>)[] : [(Turn.Kill, 0)], .. turns.Skip(At(turns, killed))]));

    private static int At((Turn, int)[] turns, int? percent) => turns.Length * (percent ?? 0) / 100;
}
