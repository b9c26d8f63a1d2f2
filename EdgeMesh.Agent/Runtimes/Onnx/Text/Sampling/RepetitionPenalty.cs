namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;

/// <summary>Makes tokens that were there already less likely, as Hugging Face's processor does: positive logits are divided, negative ones multiplied, each token once.</summary>
internal sealed class RepetitionPenalty(float penalty, int vocabulary)
{
    private readonly bool[] _seen = penalty == 1 ? [] : new bool[vocabulary];
    private readonly List<int> _tokens = [];

    public void Saw(int token)
    {
        if (_seen.Length > 0 && !_seen[token])
        {
            _seen[token] = true;
            _tokens.Add(token);
        }
    }

    public void Apply(Span<float> logits)
    {
        foreach (var token in _tokens)
        {
            logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
        }
    }
}
