using System.Numerics.Tensors;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;

/// <summary>Chooses the next token of one answer: repetition penalty, temperature, top-k, top-p, in this order (Hugging Face's).</summary>
internal sealed class Sampler(GenerationOptions options, int vocabulary)
{
    private readonly RepetitionPenalty _penalty = new(options.RepetitionPenalty, vocabulary);
    private readonly Candidates _candidates = new();
    private SeededRandom _random = new(options.Seed);

    /// <summary>A token of the prompt or the answer.</summary>
    public void Saw(int token) => _penalty.Saw(token);

    /// <summary>The next token; the logits are changed.</summary>
    /// <exception cref="TaskFailedException">BadOutput: the logits are not numbers.</exception>
    public int Next(Span<float> logits)
    {
        _penalty.Apply(logits);
        var best = TensorPrimitives.IndexOfMax<float>(logits);
        if (!float.IsFinite(logits[best]))
        {
            throw new TaskFailedException(ReasonCode.BadOutput, "The model computed something that is not a number. Its file may be damaged, or too imprecise for this accelerator.");
        }

        if (options.Temperature == 0 || options.TopK == 1)
        {
            return best;
        }

        TensorPrimitives.Subtract(logits, logits[best], logits);
        TensorPrimitives.Divide(logits, options.Temperature, logits);
        if (options.TopK > 0 && options.TopK < logits.Length)
        {
            _candidates.TakeBest(logits, options.TopK);
        }
        else
        {
            _candidates.TakeLikely(logits, options.TopP);
        }

        return _candidates.Draw(options.TopP, _random.NextDouble());
    }
}
