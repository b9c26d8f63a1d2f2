using System.Text.Json;
using EdgeMesh.Agent.Runtimes.Onnx.Images;
using EdgeMesh.Agent.Runtimes.Onnx.Images.Schedulers;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Images.Schedulers;

/// <summary>Each scheduler against values that tools/schedulers/derive_fixtures.py derives from the papers' formulas.</summary>
public sealed class SchedulerTests
{
    private const float Tolerance = 2e-4f;
    private static readonly JsonElement Fixture = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Agent/Runtimes/Onnx/Images/Fixtures/schedulers.json"))).RootElement;

    public static TheoryData<string> Names => [.. Fixture.GetProperty("cases").EnumerateArray().Select(c => c.GetProperty("name").GetString()!)];

    [Theory, MemberData(nameof(Names))]
    public void Run_OnTheDerivedCase_EndsWhereNumpyEnds(string name)
    {
        var expected = Fixture.GetProperty("cases").EnumerateArray().Single(c => c.GetProperty("name").GetString() == name);
        var scheduler = SchedulerChoice.Create(SchedulerConfig.Read(expected.GetProperty("config").GetRawText()), expected.GetProperty("steps").GetInt32());
        var noise = new SameNoise(Fixture.GetProperty("seed").GetInt64());
        var latents = new float[expected.GetProperty("start").GetArrayLength()];
        noise.Fill(latents);
        Near(Floats(expected.GetProperty("start")), latents);
        Near(Floats(expected.GetProperty("timesteps")), [.. scheduler.Timesteps.Select(t => (float)t)]);
        Assert.Equal(expected.GetProperty("initialNoiseScale").GetDouble(), scheduler.InitialNoiseScale, 1e-6);

        latents = [.. latents.Select(v => (float)(v * scheduler.InitialNoiseScale))];
        for (var step = 0; step < scheduler.Timesteps.Length; step++)
        {
            var output = latents.Select(v => (float)Math.Sin((3 * v * scheduler.InputScale(step)) + (scheduler.Timesteps[step] / 100))).ToArray();
            scheduler.Step(step, output, latents, noise);
        }

        Near(Floats(expected.GetProperty("end")), latents);
    }

    [Theory]
    [InlineData("DDIMScheduler", 0)]
    [InlineData("DDIMScheduler", -3)]
    [InlineData("DDIMScheduler", 1_000_000_000)]
    [InlineData("LCMScheduler", 51)]
    public void Create_StepsOutOfRange_IsRefusedWithTheRange(string name, int steps)
    {
        var e = Assert.Throws<TaskFailedException>(() => SchedulerChoice.Create(new SchedulerConfig { ClassName = name }, steps));
        Assert.Equal(ReasonCode.BadInput, e.Reason);
        Assert.Contains("1 to", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_Pndm_RunsOnDdimAndSaysSo() =>
        Assert.Equal("DDIM", SchedulerChoice.Create(new SchedulerConfig { ClassName = "PNDMScheduler" }, 10).Name);

    [Theory]
    [InlineData("""{"_class_name":"MysteryScheduler"}""", "MysteryScheduler")]
    [InlineData("""{"beta_schedule":"sigmoid"}""", "sigmoid")]
    [InlineData("""{"use_karras_sigmas":true}""", "Karras")]
    [InlineData("""{"num_train_timesteps":0}""", "impossible")]
    [InlineData("""{"prediction_type":"magic"}""", "cannot be read")]
    [InlineData("not json", "cannot be read")]
    public void Read_WhatItCannotDo_IsRefusedInWords(string json, string word)
    {
        var e = Assert.Throws<TaskFailedException>(() => SchedulerChoice.Create(SchedulerConfig.Read(json), 4));
        Assert.Equal(ReasonCode.Unsupported, e.Reason);
        Assert.Contains(word, e.Message, StringComparison.Ordinal);
    }

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(v => v.GetSingle())];

    private static void Near(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), p => Assert.Equal(p.First, p.Second, Tolerance * Math.Max(1, Math.Abs(p.First))));
    }
}
