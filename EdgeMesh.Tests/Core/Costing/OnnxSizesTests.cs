using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Core.Costing;

/// <summary>What a run of one size teaches says nothing of a run of another.</summary>
public sealed class OnnxSizesTests
{
    [Theory]
    [InlineData("image=1,3,224,224", "image=1,3,224,224", true)]
    [InlineData("a=1;b=2", "b=2;a=1", true)]
    [InlineData("image=1,3,224,224", "image=1,3,640,640", false)]
    [InlineData("image=1,3,224,224", "", false)]
    [InlineData("image=1,3,224,224", "picture=1,3,224,224", false)]
    [InlineData("sr=", "sr=1", false)]
    [InlineData("", "", true)]
    public void Key_OfRuns_IsTheSameForTheSameSizesOnly(string one, string other, bool same) => Assert.Equal(same, Key(Options(one)) == Key(Options(other)));

    [Fact]
    public void Key_OfOtherKinds_IsAsItWas() => Assert.Equal("", CalibrationKey.Of(Samples.Task(), "r", "m").Sizes);

    [Fact]
    public void Key_WithManyInputs_StaysShort() => Assert.InRange(OnnxSizes.Of(Options(string.Join(';', Enumerable.Range(0, 60).Select(i => $"input{i}=1,2,3,4")))).Length, 1, 160);

    [Fact]
    public void Key_KeptBeforeSizesWereKnown_IsRead()
    {
        var key = System.Text.Json.JsonSerializer.Deserialize<CalibrationKey>("""{"RuntimeId":"r","ModelId":"m","Kind":0}""")!;
        Assert.Equal("", key.Sizes);
    }

    [Fact]
    public void Put_EverNewSizes_KeepsTheOnesThatRanMost()
    {
        var often = new CalibrationKey("r", "m", TaskKind.OnnxRun, null, "x=1");
        var known = ImmutableDictionary<CalibrationKey, Calibration>.Empty.Add(often, new Calibration(50, 0, 0, 0, 0, 0)).Add(new CalibrationKey("r", "other", TaskKind.OnnxRun, null, "x=1"), new Calibration(1, 0, 0, 0, 0, 0));
        for (var i = 2; i < 200; i++)
        {
            known = LearnedSizes.Put(known, often with { Sizes = $"x={i}" }, new Calibration(1, 0, 0, 0, 0, 0));
        }

        Assert.Equal(LearnedSizes.MaxSizes, known.Keys.Count(k => k.ModelId == "m"));
        Assert.Contains(often, known.Keys);
        Assert.Contains(known.Keys, k => k.ModelId == "other");
        Assert.Contains(known.Keys, k => k.Sizes == "x=199");
    }

    [Theory]
    [InlineData("x=1,8", "x=1,8", true)]
    [InlineData("x=1,8;y=2", "y=2;x=1,8", true)]
    [InlineData("x=1,8", "x=1,9", false)]
    [InlineData("x=1,8", "x=1,8;y=2", false)]
    [InlineData("x=1,8", "z=1,8", false)]
    public void Same_NamesAndSizes_InWhateverOrder(string one, string other, bool same) => Assert.Equal(same, OnnxSizes.Same(Infos(one), Infos(other)));

    private static CalibrationKey Key(OnnxOptions options) => CalibrationKey.Of(Samples.Task(kind: TaskKind.OnnxRun) with { Options = options }, "r", "m");

    private static OnnxOptions Options(string text) => new(Inputs: text.Length == 0 ? null : [.. Infos(text).Select(i => new OnnxInput(i.Name, i.Shape))]);

    private static ImmutableArray<TensorInfo> Infos(string text) =>
        [.. text.Split(';').Select(t => t.Split('=')).Select(t => new TensorInfo(t[0], "float32", [.. t[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)]))];
}
