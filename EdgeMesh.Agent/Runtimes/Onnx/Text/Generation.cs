using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>One answer: prefill in chunks, then token by token until something ends it.</summary>
internal sealed class Generation(DecoderRunner runner, TextModelConfig config, GenerationOptions options, TimeProvider time)
{
    private readonly int[] _window = new int[config.ContextTokens];
    private readonly Sampler _sampler = new(options, runner.Vocabulary);
    private readonly int _most = options.MaxTokens ?? int.MaxValue;
    private int _count;
    private int _slides;

    /// <summary>The checks that need no turn at the model.</summary>
    /// <exception cref="TaskFailedException">BadInput, in words.</exception>
    public static void Check(IReadOnlyList<int> prompt, GenerationOptions options, TextModelConfig config, int vocabulary)
    {
        options.Validate();
        if (prompt.Count == 0 || prompt.All(config.SpecialTokens.Contains))
        {
            throw Bad("The prompt has no text: it is empty, or holds only special tokens. Write something to answer.");
        }

        if (prompt.Any(t => t < 0 || t >= vocabulary))
        {
            throw Bad($"The prompt has tokens that the model does not know (it knows {vocabulary:N0}). The tokenizer is not the model's own.");
        }

        var (context, most) = (config.ContextTokens, options.MaxTokens ?? 1);
        if (options.Overflow == ContextOverflow.Fail && (long)prompt.Count + most > context)
        {
            throw Bad(prompt.Count >= context
                ? $"The prompt has {prompt.Count:N0} tokens, but the model's context is {context:N0}. Shorten it, or choose the sliding window."
                : $"The prompt has {prompt.Count:N0} tokens and {most:N0} more are wanted, but the model's context is {context:N0}. Ask for at most {context - prompt.Count:N0}, or choose the sliding window.");
        }
    }

    /// <param name="prompt">Checked ids.</param>
    /// <param name="onToken">Gets each token of the answer; false ends it.</param>
    /// <param name="waited">Time in line, for the result.</param>
    /// <param name="cancellationToken">Looked at between runs, and breaks a run off.</param>
    public GenerationResult Run(IReadOnlyList<int> prompt, Func<int, bool> onToken, TimeSpan waited, CancellationToken cancellationToken)
    {
        using var run = new RunOptions();
        using var breakOff = cancellationToken.Register(() => run.Terminate = true);
        try
        {
            return Answer(prompt, onToken, waited, run, cancellationToken);
        }
        catch (Exception e) when (e is OnnxRuntimeException or OutOfMemoryException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw SessionErrors.Running(e, "The model");
        }
    }

    private GenerationResult Answer(IReadOnlyList<int> prompt, Func<int, bool> onToken, TimeSpan waited, RunOptions run, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        Fill(prompt);
        var answer = ImmutableArray.CreateBuilder<int>(Math.Min(_most, config.ContextTokens));
        var logits = Prefill(run, cancellationToken);
        var first = 0L;
        while (true)
        {
            var token = _sampler.Next(logits);
            var now = time.GetTimestamp();
            first = first == 0 ? now : first;
            if (!options.IgnoreEndTokens && config.EndTokens.Contains(token))
            {
                return Ended(FinishReason.EndOfText, token, now);
            }

            answer.Add(token);
            _sampler.Saw(token);
            _window[_count++] = token;
            if (!onToken(token))
            {
                return Ended(FinishReason.StopString, null, now);
            }

            if (answer.Count >= _most)
            {
                return Ended(FinishReason.MaxTokens, null, now);
            }

            if (_count == _window.Length && options.Overflow == ContextOverflow.Fail)
            {
                return Ended(FinishReason.ContextFull, null, now);
            }

            cancellationToken.ThrowIfCancellationRequested();
            logits = Next(run, cancellationToken);
        }

        GenerationResult Ended(FinishReason why, int? end, long now) => new(
            prompt.Count, answer.ToImmutable(), why, end, waited, time.GetElapsedTime(start, first), time.GetElapsedTime(first, now), _slides);
    }

    private Span<float> Next(RunOptions run, CancellationToken cancellationToken)
    {
        if (_count < _window.Length)
        {
            return runner.Run(_window.AsSpan(_count - 1, 1), run);
        }

        // Keys know their positions, so what stays is computed anew; half the context, that this happens seldom.
        Forget(_window.Length / 2);
        return Prefill(run, cancellationToken);
    }

    /// <summary>Puts the prompt into the window; the middle of one that is too long is left out.</summary>
    private void Fill(IReadOnlyList<int> prompt)
    {
        // Room for the answer, at most a quarter of the context.
        var room = Math.Clamp(Math.Min(_most, _window.Length / 4), 1, _window.Length - 1);
        var fits = prompt.Count < _window.Length ? prompt.Count : _window.Length - room;
        var kept = Kept(fits);
        for (var i = 0; i < fits; i++)
        {
            _window[i] = i < kept ? prompt[i] : prompt[prompt.Count - fits + i];
        }

        foreach (var token in prompt)
        {
            _sampler.Saw(token);
        }

        (_count, _slides) = (fits, fits < prompt.Count ? 1 : 0);
    }

    private void Forget(int left)
    {
        var kept = Kept(left);
        _window.AsSpan(_count - (left - kept), left - kept).CopyTo(_window.AsSpan(kept));
        (_count, _slides) = (left, _slides + 1);
    }

    private int Kept(int of) => Math.Min(options.KeepFirst, of / 2);

    private Span<float> Prefill(RunOptions run, CancellationToken cancellationToken)
    {
        runner.Reset();
        for (var at = 0; ; at += options.PrefillChunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var length = Math.Min(options.PrefillChunk, _count - at);
            var logits = runner.Run(_window.AsSpan(at, length), run);
            if (at + length == _count)
            {
                return logits;
            }
        }
    }

    private static TaskFailedException Bad(string cause) => new(ReasonCode.BadInput, cause);
}
