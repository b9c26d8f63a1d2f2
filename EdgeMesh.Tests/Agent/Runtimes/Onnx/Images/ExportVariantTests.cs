using BigGustave;
using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Core.Jobs;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Images;

/// <summary>The same made-up model exported in different ways (tools/image-variants): whichever way, the same image.</summary>
public sealed class ExportVariantTests
{
    [Theory]
    [InlineData("one-at-a-time", 1)]
    [InlineData("pair", 1)]
    [InlineData("float-scalar-timestep", 1)]
    [InlineData("int32-ids", 1)]
    [InlineData("half", 3)]
    public void Generate_OtherExport_GivesTheSameImage(string variant, int levels)
    {
        foreach (var guidance in (double[])[1, 4])
        {
            var prompt = new ImagePrompt("red red", "blue", Seed: 5, Steps: 6, Guidance: guidance);
            var (expected, actual) = (Pixels(Make("batched", prompt)), Pixels(Make(variant, prompt)));
            Assert.True(expected.Distinct().Count() > 20, "an image of one colour would prove nothing");
            Assert.All(expected.Zip(actual), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, levels));
        }
    }

    [Fact]
    public void Generate_GuidanceAndNegativeText_ChangeTheImage()
    {
        var prompt = new ImagePrompt("red", "", Seed: 5, Steps: 6, Guidance: 4);
        Assert.Equal(3, new[] { prompt, prompt with { Guidance = 1 }, prompt with { NegativeText = "blue" } }
            .Select(p => Convert.ToHexString(Make("batched", p).Png)).Distinct().Count());
    }

    [Theory]
    [InlineData(null, null, 16, 16)]
    [InlineData(24, 32, 24, 32)]
    [InlineData(8, null, 8, 16)]
    public void Generate_SizeInItsMultiples_IsMade(int? width, int? height, int expectedWidth, int expectedHeight)
    {
        var result = Make("batched", new ImagePrompt("red", Steps: 2, Width: width, Height: height));
        var image = Png.Open(result.Png);
        Assert.Equal((expectedWidth, expectedHeight, expectedWidth, expectedHeight), (result.Width, result.Height, image.Width, image.Height));
    }

    [Theory]
    [InlineData("batched", 20, "multiples of 8 pixels up to 2048")]
    [InlineData("batched", 0, "multiples of 8")]
    [InlineData("batched", 1_000_000_000, "multiples of 8")]
    [InlineData("one-at-a-time", 24, "16 pixels wide, not 24")]
    public void Generate_SizeItCannotMake_IsRefusedWithThoseItCan(string variant, int width, string words)
    {
        var e = Assert.Throws<TaskFailedException>(() => Make(variant, new ImagePrompt("red", Width: width)));
        Assert.Equal(ReasonCode.BadInput, e.Reason);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_ModelThatEmbedsGuidance_TakesItAsAnInput()
    {
        var prompt = new ImagePrompt("red", Seed: 5);
        var result = Make("lcm", prompt);
        Assert.Equal(("LCM", 4), (result.Scheduler, result.Steps));
        Assert.Equal(result.Png, Make("lcm", prompt with { Guidance = 8, NegativeText = "blue" }).Png);
        Assert.NotEqual(result.Png, Make("lcm", prompt with { Guidance = 2 }).Png);
    }

    [Fact]
    public void Generate_NumbersOutOfRange_AreABrokenAnswer()
    {
        var e = Assert.Throws<TaskFailedException>(() => Make("overflowing", new ImagePrompt("red")));
        Assert.Equal(ReasonCode.BadOutput, e.Reason);
    }

    private static ImageResult Make(string variant, ImagePrompt prompt)
    {
        using var model = Load(variant);
        return model.Generate(prompt, null, TestContext.Current.CancellationToken);
    }

    private static ImageModel Load(string variant) => ImageModel.Load(
        Path.Combine(AppContext.BaseDirectory, "Agent/Runtimes/Onnx/Images/Fixtures/variants", variant), path => new InferenceSession(path));

    private static int[] Pixels(ImageResult result)
    {
        var image = Png.Open(result.Png);
        return [.. from y in Enumerable.Range(0, image.Height) from x in Enumerable.Range(0, image.Width)
            let pixel = image.GetPixel(x, y) from level in (int[])[pixel.R, pixel.G, pixel.B] select level];
    }
}
