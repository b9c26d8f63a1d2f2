using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Core.Events;

/// <summary>What an attempt wrote: text in chunks as they came (appending shares what was there), artifacts, and its reasoning apart from them.</summary>
/// <param name="Length">Characters of the text.</param>
[GenerateSerializer, Immutable]
public sealed record AttemptOutput(ImmutableList<string> Chunks, int Length, ImmutableArray<ArtifactRef> Artifacts)
{
    public static AttemptOutput Empty { get; } = new([], 0, []);

    /// <summary>What the model thought beside its answer.</summary>
    [Id(0)]
    public ReasoningText Reasoning { get; init; } = ReasoningText.Empty;

    /// <summary>Characters that were text first and turned out to be reasoning.</summary>
    [Id(1)]
    public int Moved { get; init; }

    /// <summary>Where the next text begins: all characters that ever came as text.</summary>
    public int Position => Moved + Length;

    /// <summary>The whole text.</summary>
    public string Text => string.Concat(Chunks);

    /// <summary>The first characters of the text, and the reasoning before it: what an attempt has that goes on with it.</summary>
    public AttemptOutput Beginning(int length) => length == 0 ? Empty : Empty with { Chunks = [Text[..length]], Length = length, Reasoning = Reasoning };

    /// <summary>With more text or an artifact; what is there already changes nothing.</summary>
    public AttemptOutput Append(OutputAppended e)
    {
        ArgumentNullException.ThrowIfNull(e);
        var text = e.Offset == Position ? e.Text ?? "" : "";
        var artifacts = e.Artifact is { } made && !Artifacts.Any(a => a.Name == made.Name) ? Artifacts.Add(made) : Artifacts;
        return this with { Chunks = text.Length > 0 ? Chunks.Add(text) : Chunks, Length = Length + text.Length, Artifacts = artifacts };
    }

    /// <summary>With more reasoning; what is there already changes nothing.</summary>
    public AttemptOutput Append(ReasoningAppended e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return e.Offset == Reasoning.Length ? this with { Reasoning = Reasoning.Add([e.Text]) } : this;
    }

    /// <summary>The text so far becomes reasoning, once.</summary>
    public AttemptOutput Apply(OutputWasReasoning e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return Moved == 0 && e.Length == Length ? this with { Chunks = [], Length = 0, Moved = Length, Reasoning = Reasoning.Add(Chunks) } : this;
    }
}

/// <summary>What a model thought: counted whole, kept up to <see cref="MaxChars"/>.</summary>
/// <param name="Length">Characters that came.</param>
[GenerateSerializer, Immutable]
public sealed record ReasoningText(ImmutableList<string> Chunks, int Length)
{
    /// <summary>Most characters kept of one attempt.</summary>
    public const int MaxChars = 256 * 1024;

    public static ReasoningText Empty { get; } = new([], 0);

    /// <summary>Characters that are kept.</summary>
    public int Kept => Math.Min(Length, MaxChars);

    /// <summary>What is kept of it.</summary>
    public string Text => string.Concat(Chunks);

    /// <summary>With more at its end, as far as there is room.</summary>
    public ReasoningText Add(IEnumerable<string> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var (chunks, length) = (Chunks, Length);
        foreach (var piece in pieces)
        {
            var room = Math.Max(0, MaxChars - length);
            chunks = room == 0 || piece.Length == 0 ? chunks : chunks.Add(piece.Length > room ? piece[..room] : piece);
            length += piece.Length;
        }

        return new(chunks, length);
    }
}
