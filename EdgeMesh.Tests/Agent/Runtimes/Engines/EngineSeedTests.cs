using CsCheck;
using EdgeMesh.Agent.Runtimes.Engines;
using EdgeMesh.Agent.Runtimes.Onnx.Images;

namespace EdgeMesh.Tests.Agent.Runtimes.Engines;

/// <summary>A seed has 64 bits wherever it goes.</summary>
public sealed class EngineSeedTests
{
    public static TheoryData<long, long> Twins => new()
    {
        { 7, 7 + (1L << 32) },
        { 7, 7 + (1L << 31) },
        { -1, long.MaxValue },
        { -1, uint.MaxValue },
        { 0, long.MinValue },
        { 0, 1L << 32 },
        { -7, 7 },
    };

    [Theory]
    [MemberData(nameof(Twins))]
    public void Noise_SeedsThatShareTheirLowBits_MakeDifferentPictures(long one, long other) => Assert.NotEqual(Noise(one), Noise(other));

    [Theory]
    [MemberData(nameof(Twins))]
    public void Fold_SeedsThatShareTheirLowBits_StayApart(long one, long other)
    {
        Assert.NotEqual(EngineSeed.Fold(one, 31), EngineSeed.Fold(other, 31));
        Assert.NotEqual(EngineSeed.Fold(one, 32), EngineSeed.Fold(other, 32));
    }

    [Fact]
    public void Fold_AnySeed_IsInTheRangeAndItselfWhenItFits() => Gen.Select(Gen.Long, Gen.Int[1, 63]).Sample((seed, bits) =>
    {
        var folded = EngineSeed.Fold(seed, bits);
        Assert.InRange(folded, 0, (1L << bits) - 1);
        Assert.Equal(folded, EngineSeed.Fold(seed, bits));
        Assert.True(seed < 0 || seed > (1L << bits) - 1 || folded == seed);
    });

    [Fact]
    public void Noise_AnySeed_IsFiniteAndRepeatable() => Gen.Long.Sample(seed =>
    {
        var noise = Noise(seed);
        Assert.All(noise, v => Assert.InRange(v, -10f, 10f));
        Assert.Equal(noise, Noise(seed));
    });

    private static float[] Noise(long seed)
    {
        var values = new float[64];
        new PortableNoise(seed).Fill(values);
        return values;
    }
}
