using System.Text.Json;
using BigGustave;
using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Images;

/// <summary>The built-in image model, for real, on the CPU.</summary>
public sealed class ImageModelTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "BuiltInModels", "fashion-diffusion");
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "golden.json"))).RootElement;

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, Golden.GetProperty("cases").GetArrayLength())];

    [Theory, MemberData(nameof(Cases))]
    public void Generate_GoldenPrompt_DrawsTheGoldenRowWithinOne(int index)
    {
        var golden = Golden.GetProperty("cases")[index];
        using var model = Load();
        var result = model.Generate(
            new ImagePrompt(golden.GetProperty("prompt").GetString()!, Seed: golden.GetProperty("seed").GetInt64()), null, TestContext.Current.CancellationToken);

        Assert.Equal((28, 28, Golden.GetProperty("steps").GetInt32(), "DDIM"), (result.Width, result.Height, result.Steps, result.Scheduler));
        var image = Png.Open(result.Png);
        var row = Enumerable.Range(0, 28).Select(x => (int)image.GetPixel(x, 14).R);
        Assert.All(golden.GetProperty("pixels_row14").EnumerateArray().Select(v => v.GetInt32()).Zip(row), p => Assert.InRange(p.Second, p.First - 1, p.First + 1));
        var mean = Enumerable.Range(0, 28 * 28).Average(i => image.GetPixel(i % 28, i / 28).G);
        Assert.Equal(golden.GetProperty("pixel_mean").GetDouble(), mean, 0.3);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Encode_GoldenPrompt_GivesTheGoldenIds(int index)
    {
        var golden = Golden.GetProperty("cases")[index];
        var ids = PromptTokenizer.Load(Path.Combine(Folder, "tokenizer")).Encode(golden.GetProperty("prompt").GetString()!);
        Assert.Equal(golden.GetProperty("input_ids").EnumerateArray().Select(v => v.GetInt64()), ids);
    }

    [Fact]
    public void Generate_WithoutAndWithGuidanceAndNegativeText_GivesThreeImages()
    {
        using var model = Load();
        byte[] Make(double guidance, string negative) => model.Generate(
            new ImagePrompt("a bag", negative, Seed: 9, Steps: 8, Guidance: guidance), null, TestContext.Current.CancellationToken).Png;
        byte[][] images = [Make(1, ""), Make(3, ""), Make(3, "boots")];
        Assert.Equal(3, images.Select(Convert.ToHexString).Distinct().Count());
        Assert.Equal(images[2], Make(3, "boots"));
    }

    [Fact]
    public void Generate_SeedsThatShareTheirLow32Bits_GiveDifferentImages()
    {
        using var model = Load();
        byte[] Make(long seed) => model.Generate(new ImagePrompt("a bag", Seed: seed, Steps: 4), null, TestContext.Current.CancellationToken).Png;
        long[] seeds = [7, 7 + (1L << 32), 7 - (1L << 32), -1, long.MaxValue, uint.MaxValue, 0, long.MinValue];
        Assert.Equal(seeds.Length, seeds.Select(s => Convert.ToHexString(Make(s))).Distinct().Count());
        Assert.Equal(Make(-1), Make(-1));
    }

    [Fact]
    public void Generate_Reports_EveryStepWithItsTime()
    {
        using var model = Load();
        var steps = new Collected();
        var result = model.Generate(new ImagePrompt("boots", Steps: 5), steps, TestContext.Current.CancellationToken);
        Assert.Equal([1, 2, 3, 4, 5], steps.Seen.Select(s => s.Step));
        Assert.All(steps.Seen, s => Assert.True(s.Took > TimeSpan.Zero && s.Steps == 5));
        Assert.Equal(steps.Seen.Average(s => s.Took.TotalMilliseconds), result.MsPerStep, 1e-6);
        Assert.True(result.TotalMs > result.MsPerStep * 5 && result.LoadMs > 0);
    }

    [Fact]
    public void Generate_CancelledAtStepTwo_EndsThere()
    {
        using var model = Load();
        using var stop = new CancellationTokenSource();
        var steps = new Collected { Then = s => { if (s.Step == 2) { stop.Cancel(); } } };
        Assert.ThrowsAny<OperationCanceledException>(() => model.Generate(new ImagePrompt("boots", Steps: 50), steps, stop.Token));
        Assert.Equal(2, steps.Seen.Count);
    }

    [Theory]
    [InlineData(56, null, null, 2.0, "28 pixels wide")]
    [InlineData(28, -8, null, 2.0, "28 pixels high")]
    [InlineData(null, null, 0, 2.0, "1 to 200")]
    [InlineData(null, null, 1_000_000_000, 2.0, "1 to 200")]
    [InlineData(null, null, null, double.NaN, "guidance")]
    [InlineData(null, null, null, -1.0, "guidance")]
    public void Generate_SettingsItCannotDo_AreRefusedInWords(int? width, int? height, int? steps, double guidance, string words)
    {
        using var model = Load();
        var e = Assert.Throws<TaskFailedException>(() => model.Generate(
            new ImagePrompt("a bag", Steps: steps, Guidance: guidance, Width: width, Height: height), null, TestContext.Current.CancellationToken));
        Assert.Equal(ReasonCode.BadInput, e.Reason);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_EmptyText_IsRefused()
    {
        using var model = Load();
        Assert.Equal(
            ReasonCode.BadInput,
            Assert.Throws<TaskFailedException>(() => model.Generate(new ImagePrompt("  "), null, TestContext.Current.CancellationToken)).Reason);
    }

    [Theory]
    [InlineData("unet/model.onnx", ReasonCode.ModelMissing)]
    [InlineData("scheduler/scheduler_config.json", ReasonCode.ModelMissing)]
    [InlineData("tokenizer/tokenizer.json", ReasonCode.Unsupported)]
    public void Load_FileMissing_IsNamed(string file, ReasonCode reason)
    {
        using var copy = Copy();
        File.Delete(copy[file]);
        var e = Assert.Throws<TaskFailedException>(() => Load(copy.Path));
        Assert.Equal(reason, e.Reason);
        Assert.Contains(Path.GetFileName(file), e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unet/model.onnx")]
    [InlineData("text_encoder/model.onnx")]
    public void Load_TruncatedNetwork_IsNamed(string file)
    {
        using var copy = Copy();
        using (var stream = File.OpenWrite(copy[file]))
        {
            stream.SetLength(stream.Length / 2);
        }

        var e = Assert.Throws<TaskFailedException>(() => Load(copy.Path));
        Assert.Equal(ReasonCode.Unsupported, e.Reason);
        Assert.Contains(file, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"_class_name":"StableDiffusionXLPipeline"}""", "second text encoder")]
    [InlineData("""{"_class_name":7}""", "cannot be read")]
    [InlineData("[]", "cannot be read")]
    [InlineData("{", "cannot be read")]
    public void Load_IndexItCannotRun_IsRefusedInWords(string index, string words)
    {
        using var copy = Copy();
        File.WriteAllText(copy["model_index.json"], index);
        var e = Assert.Throws<TaskFailedException>(() => Load(copy.Path));
        Assert.Equal(ReasonCode.Unsupported, e.Reason);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AnotherScheduler_DrawsWithIt()
    {
        using var copy = Copy();
        var config = File.ReadAllText(copy["scheduler/scheduler_config.json"]);
        File.WriteAllText(copy["scheduler/scheduler_config.json"], config.Replace("DDIMScheduler", "EulerDiscreteScheduler", StringComparison.Ordinal));
        using var model = Load(copy.Path);
        var result = model.Generate(new ImagePrompt("trousers", Seed: 3), null, TestContext.Current.CancellationToken);
        Assert.Equal("Euler", result.Scheduler);

        // Another solver of the same equation: another way, nearly the same trousers.
        var golden = Golden.GetProperty("cases")[2].GetProperty("pixel_mean").GetDouble();
        var image = Png.Open(result.Png);
        Assert.Equal(golden, Enumerable.Range(0, 784).Average(i => image.GetPixel(i % 28, i / 28).R), 20.0);
    }

    private static ImageModel Load(string? folder = null) => ImageModel.Load(folder ?? Folder, path => new InferenceSession(path));

    private static TemporaryDirectory Copy()
    {
        var copy = new TemporaryDirectory();
        foreach (var file in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(Folder, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }

    private sealed class Collected : IProgress<ImageProgress>
    {
        public List<ImageProgress> Seen { get; } = [];

        public Action<ImageProgress> Then { get; init; } = _ => { };

        public void Report(ImageProgress value)
        {
            Seen.Add(value);
            Then(value);
        }
    }
}
