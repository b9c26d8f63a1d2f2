using EdgeMesh.Core.Artifacts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Models;
using EdgeMesh.Dashboard.Models.Profiled;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace EdgeMesh.Tests.Models.Profiled;

public sealed class ProfiledLatenciesTests : IDisposable
{
    private static readonly DeviceSnapshot Phone = Samples.Device("Phone") with { Profile = Samples.Profile() with { CpuModel = "Qualcomm Snapdragon 8 Gen 3 SM8650" } };
    private static readonly DeviceSnapshot Pc = Samples.Device("PC", 1);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Record_Results_AreThereAfterARestart()
    {
        using (var first = Open())
        {
            await first.RecordAsync(Latency("j1") with { LatencyMs = 9 }, TestContext.Current.CancellationToken);
            await first.RecordAsync(Latency("j2") with { At = Samples.Now.AddDays(1) }, TestContext.Current.CancellationToken);
            await first.RecordAsync(Latency("j1"), TestContext.Current.CancellationToken);
        }

        using var again = Open();
        Assert.Equal(["j2 1.5", "j1 1.5"], again.All.Select(l => FormattableString.Invariant($"{l.Job} {l.LatencyMs}")));
        Assert.Equal((57, "v75", AcceleratorKind.NPU, 50L << 20), (again.All[0].Target.SocModel, again.All[0].Target.Hexagon, again.All[0].On, again.All[0].PeakMemoryBytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Record_WhatIsNoTime_IsNotKept(double ms)
    {
        using var profiled = Open();
        await profiled.RecordAsync(Latency("j1") with { LatencyMs = ms }, TestContext.Current.CancellationToken);
        Assert.Empty(profiled.All);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    public void Open_FileThatIsBroken_BeginsAnew(string content)
    {
        File.WriteAllText(_directory["profiled.json"], content);
        using var profiled = Open();
        Assert.Empty(profiled.All);
    }

    [Fact]
    public void Figures_SameChipAndModel_FeedPredictions()
    {
        var figures = PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", false)), [Latency("j1")], Samples.Fleet(Phone, Pc));

        Assert.Equal((1.5, 20.0, "measured by AI Hub on Snapdragon 8 Gen 3 QRD"), figures.Find(Phone.Id, "net", AcceleratorKind.NPU, new OnnxOptions()) is { } f ? (f.RunMs, f.LoadMs, f.Basis) : default);
        Assert.Null(figures.Find(Phone.Id, "net", AcceleratorKind.CPU, new OnnxOptions()));
        Assert.Null(figures.Find(Pc.Id, "net", AcceleratorKind.NPU, new OnnxOptions()));
    }

    [Fact]
    public void Figures_OfTheEmulatorOrAnotherChipOrModel_FeedNothing()
    {
        Assert.Empty(PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", true)), [Latency("j1") with { Emulated = true }], Samples.Fleet(Phone)).Known);
        Assert.Empty(PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", false)), [Latency("j1") with { Emulated = true }], Samples.Fleet(Phone)).Known);
        Assert.Empty(PublishedFigures.Of(Stored(Phone, new HubOrigin("m2", "j0", false)), [Latency("j1")], Samples.Fleet(Phone)).Known);
        Assert.Empty(PublishedFigures.Of(Stored(Pc, new HubOrigin("m1", "j0", false)), [Latency("j1")], Samples.Fleet(Pc)).Known);
    }

    [Theory]
    [InlineData("image", "1,3,224,224", true)]
    [InlineData("image", "1,3,640,640", false)]
    [InlineData("image", "1,3,224", false)]
    [InlineData("picture", "1,3,224,224", false)]
    public void Figures_OfOtherSizes_SayNothingOfARun(string input, string shape, bool says)
    {
        var figures = PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", false)), [Latency("j1")], Samples.Fleet(Phone));
        var options = new OnnxOptions(Inputs: [new OnnxInput(input, [.. shape.Split(',').Select(long.Parse)])]);
        Assert.Equal(says, figures.Find(Phone.Id, "net", AcceleratorKind.NPU, options) is not null);
    }

    [Fact]
    public void Figures_WhoseSizesOrSourceAreNotKnown_FeedNothing()
    {
        Assert.Empty(PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", false)), [Latency("j1") with { Inputs = null }], Samples.Fleet(Phone)).Known);
        Assert.Empty(PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", false, Confirmed: false)), [Latency("j1") with { Confirmed = false }], Samples.Fleet(Phone)).Known);
        Assert.Empty(PublishedFigures.Of(Stored(Phone, new HubOrigin("m1", "j0", false)), [Latency("j1") with { Confirmed = false }], Samples.Fleet(Phone)).Known);
    }

    [Fact]
    public async Task Record_OfAnEarlierVersion_IsNotTakenForQualcomms()
    {
        using (var first = Open())
        {
            await first.RecordAsync(Latency("j1"), TestContext.Current.CancellationToken);
        }

        var json = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(_directory["profiled.json"]))!;
        Assert.True(json[0]!.AsObject().Remove("confirmed") | json[0]!.AsObject().Remove("Confirmed"));
        File.WriteAllText(_directory["profiled.json"], json.ToJsonString());
        using var again = Open();
        Assert.False(Assert.Single(again.All).IsQualcomm);
    }

    internal static ProfiledLatency Latency(string job) => new(
        "m1", job, "net", "Snapdragon 8 Gen 3 QRD", new ChipsetTarget(["qualcomm-snapdragon-8gen3"], "v75", 57), ArtifactKind.PrecompiledQnnOnnx, 1.5, 20, 10, 50 << 20,
        ImmutableSortedDictionary<AcceleratorKind, int>.Empty.Add(AcceleratorKind.CPU, 1).Add(AcceleratorKind.NPU, 70), false, Samples.Now, Confirmed: true, Inputs: [new TensorInfo("image", "float32", [1, 3, 224, 224])]);

    internal static ModelsSnapshot Stored(DeviceSnapshot device, HubOrigin origin) => new(
        ImmutableDictionary<DeviceId, DeviceModels>.Empty.Add(device.Id, new DeviceModels(
            device.Id, [new StoredModelInfo("net", "epcontext", origin.ToString(), [], [new ModelFileInfo("net.onnx", new string('a', 64), 1_000)], Samples.Now, true, false, null)], null, Samples.Now)),
        []);

    private ProfiledLatencies Open() => new(new DashboardOptions { DataDirectory = _directory.Path }, NullLogger<ProfiledLatencies>.Instance);
}
