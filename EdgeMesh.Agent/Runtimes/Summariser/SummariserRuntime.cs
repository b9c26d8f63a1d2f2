using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Core.Planning;

namespace EdgeMesh.Agent.Runtimes.Summariser;

/// <summary>
/// Built-in extractive summaries: sentences of the text itself, so nothing is invented. It starts by measuring itself, so that the first
/// text finds warm code and an honest prediction.
/// </summary>
public sealed class SummariserRuntime(TimeProvider time) : IRuntime
{
    public const string Id = "builtin";
    /// <summary>A text of one sentence that is longer than this cannot be shortened by leaving sentences out.</summary>
    private const int LongSentence = 280;

    private volatile RuntimeInfo _info = State(RuntimeState.Starting, "It measures its speed; that takes a moment.", null);

    public RuntimeInfo Info => _info;

    public bool IsBuiltIn => true;

    public async Task WatchAsync(Action changed, CancellationToken cancellationToken)
    {
        try
        {
            var speed = await Task.Run(() => WarmUp.CharsPerSecond(time, cancellationToken), cancellationToken);
            _info = State(RuntimeState.Ready, null, speed);
            changed();
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
    }

    public Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
    {
        var sentences = SentenceSplitter.Split(task.Text);
        if (sentences.Count == 0)
        {
            throw new TaskFailedException(ReasonCode.BadInput, "The text has no sentences: there are no letters or digits in it.");
        }

        if (sentences is [{ Length: > LongSentence } only])
        {
            throw new TaskFailedException(
                ReasonCode.BadInput,
                $"The text cannot be shortened: nothing in its {only.Length:N0} characters marks where a sentence ends. Choose a language model, which can rewrite it, or give it full stops or line breaks.");
        }

        // Without a wish at most half of it: the whole text is no summary.
        var wish = task.Summarize is { HasShare: true } share ? (int)Math.Ceiling(Math.Clamp(share.Share, 0, 1) * sentences.Count)
            : task.Summarize is { HasSentences: true } fixedLength ? fixedLength.Sentences : Math.Min(SummaryLength.UsualSentences, (sentences.Count + 1) / 2);
        var count = Math.Clamp(wish, 1, sentences.Count);
        var chosen = count == sentences.Count
            ? Enumerable.Range(0, count)
            : TextRank.Choose(sentences, count, fraction => output.Progress(fraction, "comparing sentences"), cancellationToken);
        var written = 0L;
        foreach (var index in chosen)
        {
            var text = written == 0 ? sentences[index] : "\n" + sentences[index];
            output.Text(text);
            written += text.Length;
        }

        return Task.FromResult(new TaskReceipt
        {
            Accelerator = nameof(AcceleratorKind.CPU),
            AcceleratorNote = "managed code on the CPU",
            InputUnits = task.Text.Length,
            OutputUnits = written,
            Note = count == sentences.Count ? $"The text has {count} sentences, no more than were asked for; all were kept." : $"{count} of {sentences.Count} sentences, verbatim.",
        });
    }

    private static RuntimeInfo State(RuntimeState state, string? reason, double? charsPerSecond) => new(
        Id, "Built-in summariser", state, reason,
        [new ModelInfo("textrank", [Skill.Summarize], 0, 0, 1, charsPerSecond)], [TaskKind.LlmGenerate], AcceleratorKind.CPU);
}
