using EdgeMesh.Agent.Runtimes.Onnx.Text;
using EdgeMesh.Agent.Runtimes.Onnx.Text.Sampling;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Text.Sampling;

/// <summary>The choice of the next token.</summary>
public sealed class SamplerTests
{
    private const int Draws = 20_000;

    // Probabilities 0.5, 0.25, 0.15, 0.1 in shuffled order.
    private static readonly float[] Logits = [MathF.Log(0.15f), MathF.Log(0.5f), MathF.Log(0.1f), MathF.Log(0.25f)];

    [Fact]
    public void Next_TemperatureZero_TakesTheLikeliest() => Assert.Equal(1, new Sampler(new(), 4).Next((float[])Logits.Clone()));

    [Fact]
    public void Next_TemperatureOne_DrawsAsOftenAsLikely() => Assert.Equal([0.15, 0.5, 0.1, 0.25], Frequencies(new() { Temperature = 1 }), Near);

    [Fact]
    public void Next_TopK_DrawsOnlyFromTheBest() => Assert.Equal([0, 2.0 / 3, 0, 1.0 / 3], Frequencies(new() { Temperature = 1, TopK = 2 }), Near);

    [Fact]
    public void Next_TopP_DrawsFromTheFewestThatReachIt() => Assert.Equal([0.15 / 0.9, 0.5 / 0.9, 0, 0.25 / 0.9], Frequencies(new() { Temperature = 1, TopP = 0.8f }), Near);

    [Fact]
    public void Next_TinyTopP_StillHasTheLikeliest() => Assert.Equal([0, 1, 0, 0], Frequencies(new() { Temperature = 1, TopP = 1e-6f }), Near);

    [Fact]
    public void Next_TopKAndTopP_CutBoth() => Assert.Equal([0, 1, 0, 0], Frequencies(new() { Temperature = 1, TopK = 3, TopP = 0.5f }), Near);

    [Fact]
    public void Next_HighTemperature_MakesAllAlike() =>
        Assert.All(Frequencies(new() { Temperature = 10 }), f => Assert.InRange(f, 0.2, 0.3));

    [Fact]
    public void Next_RepetitionPenalty_WeighsDownWhatWasThereOnce()
    {
        var sampler = new Sampler(new() { RepetitionPenalty = 3 }, 3);
        sampler.Saw(0);
        sampler.Saw(0);
        sampler.Saw(1);

        // 6/3 = 2 and −1·3 = −3 against 3.
        Assert.Equal(2, sampler.Next([6, -1, 3]));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Next_LogitsThatAreNoNumbers_IsNamed(float bad)
    {
        var failure = Assert.Throws<TaskFailedException>(() => new Sampler(new() { Temperature = 1 }, 3).Next([1, bad, 0]));

        Assert.Equal(ReasonCode.BadOutput, failure.Reason);
    }

    [Fact]
    public void Next_ForbiddenTokens_AreNeverDrawn() =>
        Assert.Equal([0.5, 0, 0.5], Frequencies(new() { Temperature = 1 }, [0, float.NegativeInfinity, 0]), Near);

    [Fact]
    public void NextDouble_Seed1234567_IsSplitMix64()
    {
        // Reference outputs of the algorithm for this seed: 6457827717110365317, 3203168211198807973.
        var random = new SeededRandom(1234567);

        Assert.Equal((6457827717110365317UL >> 11) * Math.Pow(2, -53), random.NextDouble());
        Assert.Equal((3203168211198807973UL >> 11) * Math.Pow(2, -53), random.NextDouble());
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 0.02;

    private static double[] Frequencies(GenerationOptions options, float[]? logits = null)
    {
        logits ??= Logits;
        var sampler = new Sampler(options, logits.Length);
        var counts = new double[logits.Length];
        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Next((float[])logits.Clone())]++;
        }

        return [.. counts.Select(c => c / Draws)];
    }
}
