namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Steps;

/// <summary>
/// How long the patterns of a tokenizer may take for the text that this thread encodes, and whether anybody still waits for it. A pattern cannot be stopped inside one
/// match, which has a limit of its own; it is asked after each.
/// </summary>
internal sealed class PatternClock : IDisposable
{
    [ThreadStatic]
    private static PatternClock? s_current;

    private readonly TimeSpan _most;
    private readonly CancellationToken _cancellation;
    private readonly long _began = TimeProvider.System.GetTimestamp();

    private PatternClock(TimeSpan most, CancellationToken cancellation) => (_most, _cancellation) = (most, cancellation);

    /// <summary>Begins a text on this thread; ends when disposed.</summary>
    public static PatternClock Begin(TimeSpan most, CancellationToken cancellation) => s_current = new PatternClock(most, cancellation);

    /// <exception cref="OperationCanceledException">Nobody waits any more.</exception>
    /// <exception cref="TokenizerException">The whole text took too long.</exception>
    public static void Check()
    {
        if (s_current is not { } clock)
        {
            return;
        }

        clock._cancellation.ThrowIfCancellationRequested();
        if (TimeProvider.System.GetElapsedTime(clock._began) > clock._most)
        {
            throw new TokenizerException(TokenizerFault.TooLarge, "The patterns of tokenizer.json take too long on this text.");
        }
    }

    public void Dispose() => s_current = null;
}
