using System.Runtime.CompilerServices;
using System.Threading.Channels;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Worker.Contracts;
using EdgeMesh.Core.Contracts;

namespace EdgeMesh.Agent.Inference;

/// <summary>An answer on its way from the thread that computes it to the pipe: what came in the last moments goes together.</summary>
internal sealed class AnswerParts(TimeProvider time) : IAnswerOutput
{
    // Every piece costs both processes a wake-up that the model's own threads pay for.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(20);
    private readonly Channel<GeneratePart> _parts = Channel.CreateUnbounded<GeneratePart>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    public void Text(string text) => _parts.Writer.TryWrite(new GeneratePart { Text = text });

    public void Reasoning(string text) => _parts.Writer.TryWrite(new GeneratePart { Reasoning = text });

    public void TextWasReasoning() => _parts.Writer.TryWrite(new GeneratePart { TextWasReasoning = new TextWasReasoning() });

    /// <summary>Nothing more comes.</summary>
    public void Complete() => _parts.Writer.Complete();

    /// <summary>The parts in order; the first goes at once.</summary>
    public async IAsyncEnumerable<GeneratePart> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var first = true;
        while (await _parts.Reader.WaitToReadAsync(cancellationToken))
        {
            if (!first)
            {
                await Task.Delay(Gather, time, cancellationToken);
            }

            first = false;
            foreach (var part in Gathered())
            {
                yield return part;
            }
        }
    }

    private IEnumerable<GeneratePart> Gathered()
    {
        GeneratePart? gathered = null;
        while (_parts.Reader.TryRead(out var part))
        {
            if (gathered is null || gathered.PartCase != part.PartCase || part.PartCase == GeneratePart.PartOneofCase.TextWasReasoning)
            {
                if (gathered is not null)
                {
                    yield return gathered;
                }

                gathered = part;
            }
            else if (part.PartCase == GeneratePart.PartOneofCase.Text)
            {
                gathered = new GeneratePart { Text = gathered.Text + part.Text };
            }
            else
            {
                gathered = new GeneratePart { Reasoning = gathered.Reasoning + part.Reasoning };
            }
        }

        if (gathered is not null)
        {
            yield return gathered;
        }
    }
}
