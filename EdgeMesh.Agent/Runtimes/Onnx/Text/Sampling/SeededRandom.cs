namespace EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014). One number is drawn per sampled token and none for a greedy one, so an answer can be repeated
/// from its seed on any machine and .NET version; System.Random promises neither.
/// </summary>
internal struct SeededRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [0, 1), from the upper 53 bits.</summary>
    public double NextDouble()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
