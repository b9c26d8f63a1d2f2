using System.Numerics.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;

/// <summary>The tokens that may be drawn, likeliest first; its arrays are used again for every token.</summary>
internal sealed class Candidates
{
    private float[] _scores = [];
    private int[] _tokens = [];
    private int _count;

    /// <summary>Takes the <paramref name="k"/> best of <paramref name="logits"/>.</summary>
    public void TakeBest(ReadOnlySpan<float> logits, int k)
    {
        Reserve(k);
        _count = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            if (_count < k)
            {
                (_scores[_count], _tokens[_count]) = (logits[token], token);
                Rise(_count++);
            }
            else if (logits[token] > _scores[0])
            {
                (_scores[0], _tokens[0]) = (logits[token], token);
                Sink();
            }
        }
    }

    /// <summary>Takes all that can matter for a top-p cut: those less likely than (1 − p) / count cannot reach it even together.</summary>
    public void TakeLikely(ReadOnlySpan<float> logits, float p)
    {
        Reserve(logits.Length);
        _count = 0;
        var max = TensorPrimitives.Max(logits);
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += MathF.Exp(logit - max);
        }

        var least = p < 1 ? max + Math.Log((1.0 - p) / logits.Length * sum) : double.NegativeInfinity;
        for (var token = 0; token < logits.Length; token++)
        {
            if (logits[token] >= least)
            {
                (_scores[_count], _tokens[_count]) = (logits[token], token);
                _count++;
            }
        }
    }

    /// <summary>Turns scores into probabilities (not normalised), keeps those that reach <paramref name="p"/> together, and draws by <paramref name="uniform"/> in [0, 1).</summary>
    public int Draw(float p, double uniform)
    {
        var scores = _scores.AsSpan(0, _count);
        var tokens = _tokens.AsSpan(0, _count);
        // Best first; negated because Sort only knows ascending.
        TensorPrimitives.Negate(scores, scores);
        scores.Sort(tokens);
        var best = scores[0];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = MathF.Exp(best - scores[i]);
        }

        var kept = Cut(scores, p, out var sum);
        var left = uniform * sum;
        for (var i = 0; i < kept - 1; i++)
        {
            left -= scores[i];
            if (left < 0)
            {
                return tokens[i];
            }
        }

        return tokens[kept - 1];
    }

    private static int Cut(ReadOnlySpan<float> weights, float p, out double sum)
    {
        var all = 0.0;
        foreach (var weight in weights)
        {
            all += weight;
        }

        sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            sum += weights[i];
            if (sum >= p * all)
            {
                return i + 1;
            }
        }

        return weights.Length;
    }

    private void Reserve(int count)
    {
        if (_scores.Length < count)
        {
            (_scores, _tokens) = (new float[count], new int[count]);
        }
    }

    // A heap with the least likely of the best on top.
    private void Rise(int at)
    {
        for (var parent = (at - 1) / 2; at > 0 && _scores[at] < _scores[parent]; at = parent, parent = (at - 1) / 2)
        {
            Exchange(at, parent);
        }
    }

    private void Sink()
    {
        for (var at = 0; ;)
        {
            var child = (2 * at) + 1;
            if (child + 1 < _count && _scores[child + 1] < _scores[child])
            {
                child++;
            }

            if (child >= _count || _scores[at] <= _scores[child])
            {
                return;
            }

            Exchange(at, child);
            at = child;
        }
    }

    private void Exchange(int a, int b)
    {
        (_scores[a], _scores[b]) = (_scores[b], _scores[a]);
        (_tokens[a], _tokens[b]) = (_tokens[b], _tokens[a]);
    }
}
