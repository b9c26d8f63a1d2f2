using EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;
using EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>
/// Unit normal noise that any language can repeat, so that a seed means the same image everywhere: the 32-bit generator s ← 1664525·s + 1013904223 (Numerical
/// Recipes), u = (s + ½) / 2³², and pairs by Box-Muller: √(−2 ln u₁)·cos 2πu₂, then ·sin 2πu₂. Such a generator has 2³² sequences only; a seed that does not fit into
/// 32 bits gets its u from SplitMix64 with all its 64 bits (<see cref="SeededRandom"/>), moved half a step off 0.
/// </summary>
internal sealed class PortableNoise(long seed) : INoise
{
    // Half of the steps that SeededRandom takes: the logarithm of 0 is none.
    private const double HalfStep = 0.5 / (1UL << 53);
    private readonly bool _wide = seed is < 0 or > uint.MaxValue;
    private SeededRandom _random = new(unchecked((ulong)seed));
    private uint _state = unchecked((uint)seed);
    private double? _second;

    public void Fill(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = (float)Next();
        }
    }

    private double Next()
    {
        if (_second is { } second)
        {
            _second = null;
            return second;
        }

        var radius = Math.Sqrt(-2 * Math.Log(Uniform()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * Uniform());
        _second = radius * sin;
        return radius * cos;
    }

    private double Uniform()
    {
        if (_wide)
        {
            return _random.NextDouble() + HalfStep;
        }

        _state = unchecked((1664525 * _state) + 1013904223);
        return (_state + 0.5) / 4294967296.0;
    }
}
