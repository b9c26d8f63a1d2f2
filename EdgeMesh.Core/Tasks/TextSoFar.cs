using EdgeMesh.Core.Models;

namespace EdgeMesh.Core.Tasks;

/// <summary>The beginning of an answer that one attempt wrote and another one goes on with.</summary>
/// <param name="Attempt">Number of the attempt that wrote it, or had it from an earlier one.</param>
/// <param name="DeviceName">Where that ran.</param>
/// <param name="ModelId">The model that wrote it: another one would have written another text, so it starts over.</param>
/// <param name="ModelBytes">Bytes of that model's weights, by which one name in two quantisations is told apart; null is unknown.</param>
/// <param name="Text">What is gone on with, as <see cref="Usable"/> gives it.</param>
public sealed record TextSoFar(int Attempt, string DeviceName, string ModelId, long? ModelBytes, string Text)
{
    /// <summary>
    /// Characters that are worth it. To write fewer anew costs as much, and an engine that repeats what it was given could not be told from a text that repeats itself.
    /// </summary>
    public const int Least = 32;

    /// <summary>Characters that are sent at most, so that an order stays a message that devices take.</summary>
    public const int Most = 1_000_000;

    /// <summary>What reading it costs.</summary>
    public TaskLoad Load { get; } = new(Text.Length, TokenEstimate.Of(Text));

    /// <summary>Whether a model can go on with it: its runtime says so, and it is the same model as far as both devices tell.</summary>
    public bool IsFor(ModelInfo model) => model.Continues && model.Id == ModelId && (ModelBytes is null || model.SizeBytes is null || ModelBytes == model.SizeBytes);

    /// <summary>
    /// The characters of a broken-off text that are gone on with: whole ones (no half of a surrogate pair, no U+FFFD of a broken one), and no blanks at the end, as tokens begin with
    /// their blank and models lose the thread behind a bare one. 0 when too few are left to be worth it, and when it is longer than an order may be.
    /// </summary>
    public static int Usable(ReadOnlySpan<char> text)
    {
        var length = text.Length;
        while (length > 0 && (char.IsWhiteSpace(text[length - 1]) || char.IsHighSurrogate(text[length - 1]) || text[length - 1] == '\uFFFD'))
        {
            length--;
        }

        return length is < Least or > Most ? 0 : length;
    }
}
