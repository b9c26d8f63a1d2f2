using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Dashboard.Orchestration;

/// <summary>How far an attempt was heard: where listening to it goes on after a link broke or the dashboard was started again.</summary>
/// <param name="Text">Characters (UTF-16 code units) that came as text, those that turned out to be reasoning and those that it was given included.</param>
/// <param name="Reasoning">Characters of reasoning, those that came as text first included; counting ends at <see cref="ReasoningText.MaxChars"/>.</param>
/// <param name="Moved">Characters of <paramref name="Text"/> that turned out to be reasoning.</param>
/// <param name="Artifacts">Names of the whole files, in the order in which they came.</param>
/// <param name="IsStarted">The device said that it works on it.</param>
/// <param name="Events">How many events it made since the dashboard's start: the limit holds however often the link breaks.</param>
/// <param name="Given">Characters of <paramref name="Text"/> that another attempt wrote and this one goes on with: the device counts from behind them.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptPosition(int Text, int Reasoning, int Moved, ImmutableArray<string> Artifacts, bool IsStarted, int Events = 0, int Given = 0)
{
    // More than any attempt has: nothing that would not be kept is sent again.
    private const long AllReasoning = 1L << 40;

    /// <summary>Nothing was heard.</summary>
    public static AttemptPosition Start { get; } = new(0, 0, 0, [], false);

    /// <summary>Nothing was heard of an attempt, which may have been given a text to go on with.</summary>
    public static AttemptPosition StartOf(AttemptOrder order)
    {
        ArgumentNullException.ThrowIfNull(order);
        return order.SoFar is { Length: var given } ? Start with { Text = given, Given = given } : Start;
    }

    /// <summary>Whether nothing was heard: the device may never have got the order, so it is sent (again), which is the same as attaching from the start.</summary>
    public bool IsStart => Text == Given && Reasoning == 0 && Artifacts.IsEmpty && !IsStarted;

    /// <summary>Whether the same was heard, by what it says and not by what it is.</summary>
    public bool IsAt(AttemptPosition other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Artifacts.SequenceEqual(other.Artifacts) && this with { Artifacts = other.Artifacts } == other;
    }

    /// <summary>Where the journal ends.</summary>
    public static AttemptPosition Of(AttemptView attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var output = attempt.Output;
        var given = attempt.Seam?.Offset ?? 0;

        // One that goes on with a text has no reasoning of its own: what it shows is that of the attempt before.
        return new(output.Position, given > 0 ? 0 : output.Reasoning.Length, output.Moved, [.. output.Artifacts.Select(a => a.Name)], attempt.StartedAt is not null, Given: given);
    }

    /// <summary>Asks a device to go on from here.</summary>
    /// <param name="epoch">Of this start of the dashboard.</param>
    public AttachRequest ToRequest(AttemptId id, long epoch) => new()
    {
        Attempt = TaskWire.Ref(id),
        Epoch = epoch,
        Text = Text - Given,
        Reasoning = Reasoning >= ReasoningText.MaxChars ? AllReasoning : Reasoning - Moved,
        TextWasReasoning = Moved > 0,
        Artifacts = Artifacts.Length,
    };
}
