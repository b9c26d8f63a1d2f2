using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>
/// A loaded text model in the layout of Hugging Face Optimum (<c>config.json</c>, <c>generation_config.json</c>, <c>onnx/model*.onnx</c>) or of
/// onnxruntime-genai (<c>genai_config.json</c> beside the graph), in the folder itself or in one for the hardware inside it.
/// It answers one request at a time on the caller's thread; others wait in line.
/// </summary>
public sealed class TextModel : IDisposable
{
    private readonly OpenedSession _opened;
    private readonly DecoderRunner _runner;
    private readonly TextModelConfig _config;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _disposed;

    private TextModel(OpenedSession opened, DecoderRunner runner, TextModelConfig config, TimeProvider time, long start)
    {
        (_opened, _runner, _config, _time) = (opened, runner, config, time);
        Facts = new(
            Path.GetFileName(opened.File.Path),
            opened.File.Bytes,
            opened.File.Parameters,
            config.ContextTokens,
            runner.Vocabulary,
            runner.Cache.Length / 2,
            runner.Cache.Sum(s => s.BytesPerToken),
            runner.SharesCache);
        LoadTime = time.GetElapsedTime(start);
    }

    public TextModelFacts Facts { get; }

    /// <summary>Time to open the file and to run the warm-up.</summary>
    public TimeSpan LoadTime { get; }

    /// <summary>Which provider ran how many of the nodes; null when the session was not asked to prove it.</summary>
    public ProviderShares? Shares => _opened.Shares;

    /// <summary>The options that the model's makers suggest.</summary>
    public GenerationOptions Suggested => _config.Sampling;

    /// <summary>Loads the model and runs it once on one token.</summary>
    /// <exception cref="TaskFailedException">As <see cref="SessionFactory.Open"/>; also Unsupported: not a decoder of this layout.</exception>
    public static TextModel Load(string folder, TextModelChoices? choices = null, TimeProvider? time = null)
    {
        choices ??= TextModelChoices.Default;
        time ??= TimeProvider.System;
        var start = time.GetTimestamp();
        var place = TextModelFolder.Find(folder, choices.Provider.Kind);
        var config = TextModelConfig.Read(place);
        var file = TextModelFiles.Choose(place.Folder, choices.Provider.Kind, choices.File ?? config.File);
        var opened = SessionFactory.Open(file, choices.Provider, choices.Session with { Root = choices.Session.Root ?? folder });
        DecoderRunner? runner = null;
        try
        {
            runner = new(opened, config);
            WarmUp(opened, runner);
            return new(opened, runner, config, time, start);
        }
        catch
        {
            runner?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Answers a prompt of ids.</summary>
    /// <param name="prompt">The prompt; its special tokens are in it already.</param>
    /// <param name="options">How; stop strings need the overload with a tokenizer.</param>
    /// <param name="onToken">Gets each token of the answer as it comes, not the one that ends it.</param>
    /// <param name="cancellationToken">Ends it between two tokens, or within a long prefill.</param>
    /// <exception cref="TaskFailedException">BadInput: the prompt or an option cannot be used, in words. OutOfMemory, BadOutput: the run failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public GenerationResult Generate(IReadOnlyList<int> prompt, GenerationOptions options, Action<int> onToken, CancellationToken cancellationToken = default)
    {
        if (!options.StopStrings.IsDefaultOrEmpty)
        {
            throw new TaskFailedException(ReasonCode.BadInput, "Stop strings need a tokenizer.");
        }

        return Answer(
            prompt,
            options,
            token =>
            {
                onToken(token);
                return true;
            },
            cancellationToken);
    }

    /// <summary>Answers a prompt of ids with text.</summary>
    /// <param name="prompt">The prompt; its special tokens are in it already.</param>
    /// <param name="options">How.</param>
    /// <param name="tokenizer">The model's own.</param>
    /// <param name="onText">Gets the text as soon as it is certain: whole characters, and no part of a stop string.</param>
    /// <param name="cancellationToken">As in the other overload, and so are the errors.</param>
    public GenerationResult Generate(IReadOnlyList<int> prompt, GenerationOptions options, ITokenizer tokenizer, Action<string> onText, CancellationToken cancellationToken = default)
    {
        options.Validate();
        var decoder = tokenizer.StreamDecoder();
        var stops = new StopStrings(options.StopStrings, options.Before);
        var result = Answer(
            prompt,
            options,
            token =>
            {
                Give(stops.Push(decoder.Push(token)));
                return !stops.Reached;
            },
            cancellationToken);
        Give(stops.Push(decoder.Flush()));
        Give(stops.Flush());
        return stops.Reached ? result with { Finish = FinishReason.StopString } : result;

        void Give(string text)
        {
            if (text.Length > 0)
            {
                onText(text);
            }
        }
    }

    /// <summary>Waits for the request that is being answered, then frees the model.</summary>
    public void Dispose()
    {
        _turn.Wait();
        if (!_disposed)
        {
            _disposed = true;
            _runner.Dispose();
            _opened.Dispose();
        }

        _turn.Release();
    }

    private GenerationResult Answer(IReadOnlyList<int> prompt, GenerationOptions options, Func<int, bool> onToken, CancellationToken cancellationToken)
    {
        Generation.Check(prompt, options, _config, Facts.Vocabulary);
        var asked = _time.GetTimestamp();
        _turn.Wait(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return new Generation(_runner, _config, options, _time).Run(prompt, onToken, _time.GetElapsedTime(asked), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private static void WarmUp(OpenedSession opened, DecoderRunner runner)
    {
        using var run = new RunOptions();
        try
        {
            opened.ReadShares(() => runner.Run([0], run));
            runner.Reset();
        }
        catch (OnnxRuntimeException e)
        {
            throw SessionErrors.Running(e, Path.GetFileName(opened.File.Path));
        }
    }
}
