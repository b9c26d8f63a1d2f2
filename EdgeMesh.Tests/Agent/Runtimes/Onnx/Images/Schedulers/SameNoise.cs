using EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>The documented noise recipe once more, so that the product's own is checked against another hand.</summary>
internal sealed class SameNoise(long seed) : INoise
{
    private readonly Queue<double> _waiting = new();
    private ulong _state = (ulong)seed % (1UL << 32);

    public void Fill(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (_waiting.Count == 0)
            {
                var (a, b) = (Uniform(), Uniform());
                _waiting.Enqueue(Math.Sqrt(-2 * Math.Log(a)) * Math.Cos(2 * Math.PI * b));
                _waiting.Enqueue(Math.Sqrt(-2 * Math.Log(a)) * Math.Sin(2 * Math.PI * b));
            }

            values[i] = (float)_waiting.Dequeue();
        }
    }

    private double Uniform()
    {
        _state = ((1664525 * _state) + 1013904223) % (1UL << 32);
        return (_state + 0.5) / (1UL << 32);
    }
}
