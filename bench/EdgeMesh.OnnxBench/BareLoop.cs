using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.OnnxBench;

/// <summary>
/// What anyone would write with ONNX Runtime alone: default session options, OrtValues in and out, outputs become the next inputs, greedy.
/// Nothing is checked, nothing can be cancelled. Float32 models with int64 inputs only.
/// </summary>
internal sealed class BareLoop : IDisposable
{
    private readonly RunOptions _run = new();
    private readonly InferenceSession _session;
    private readonly string[] _pasts;
    private readonly string[] _outputs;
    private readonly bool _positions;
    private readonly int _heads;
    private readonly int _size;

    public BareLoop(string modelPath, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        _session = new(modelPath, options);
        _pasts = [.. _session.InputNames.Where(n => n.StartsWith("past", StringComparison.Ordinal))];
        _outputs = ["logits", .. _pasts.Select(p => p.Replace("past_key_values", "present", StringComparison.Ordinal))];
        _positions = _session.InputMetadata.ContainsKey("position_ids");
        var cache = _session.InputMetadata[_pasts[0]].Dimensions;
        (_heads, _size) = (cache[1], cache[3]);
    }

    public (int[] Tokens, Laps Laps) Generate(int[] prompt, int count)
    {
        var watch = new LapWatch();
        var tokens = new List<int>();
        var cache = _pasts.Select(_ => OrtValue.CreateTensorValueFromMemory(Array.Empty<float>(), [1, _heads, 0, _size])).ToArray();
        var past = 0;
        long[] next = [.. prompt.Select(t => (long)t)];
        while (tokens.Count < count)
        {
            var (token, presents) = Step(next, cache, past);
            foreach (var value in cache)
            {
                value.Dispose();
            }

            cache = presents;
            past += next.Length;
            next = [token];
            tokens.Add(token);
            watch.Token();
        }

        var laps = watch.End();
        foreach (var value in cache)
        {
            value.Dispose();
        }

        return ([.. tokens], laps);
    }

    public void Dispose()
    {
        _session.Dispose();
        _run.Dispose();
    }

    private (int Token, OrtValue[] Cache) Step(long[] ids, OrtValue[] cache, int past)
    {
        var (length, total) = (ids.Length, past + ids.Length);
        using var idsValue = OrtValue.CreateTensorValueFromMemory(ids, [1, length]);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, total).ToArray(), [1, total]);
        using var positions = OrtValue.CreateTensorValueFromMemory(Enumerable.Range(past, length).Select(p => (long)p).ToArray(), [1, length]);
        string[] names = _positions ? ["input_ids", "attention_mask", "position_ids", .. _pasts] : ["input_ids", "attention_mask", .. _pasts];
        OrtValue[] values = _positions ? [idsValue, mask, positions, .. cache] : [idsValue, mask, .. cache];
        var results = _session.Run(_run, names, values, _outputs);
        using var logits = results[0];
        var all = logits.GetTensorDataAsSpan<float>();
        var last = all[(all.Length / length * (length - 1))..];
        return (System.Numerics.Tensors.TensorPrimitives.IndexOfMax(last), [.. results.Skip(1)]);
    }
}
