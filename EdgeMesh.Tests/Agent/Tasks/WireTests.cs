using CsCheck;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using EdgeMesh.Tests.Fakes;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>What the agent says is what the orchestrator hears.</summary>
public sealed class WireTests
{
    private static readonly Gen<ModelInfo> Model =
        from id in Gen.String[Gen.Char.AlphaNumeric, 8, 20]
        from size in Gen.Long[0, 1L << 40]
        from context in Gen.Int[-1, 200_000]
        from tier in Gen.Int[0, 5]
        from speed in Gen.Double[1, 1e8]
        from known in Gen.Bool
        from skill in Gen.OneOf(Enum.GetValues<Skill>())
        from side in Gen.Int[0, 65_536]
        select new ModelInfo(
            id, [skill], known ? size : null, context < 0 ? null : context, tier, known ? speed : null, side == 0 ? null : new EdgeMesh.Core.Models.ImageSizes(side, side, side / 8, side),
            KvBytesPerToken: known ? 131_072 : null, ResidentBytes: known ? size : null, ResidentContext: known ? 8_192 : null);

    private static readonly Gen<RuntimeInfo> Runtime =
        from models in Model.Array[0, 4]
        from state in Gen.OneOf(Enum.GetValues<RuntimeState>())
        from kind in Gen.OneOf(Enum.GetValues<TaskKind>())
        from accelerator in Gen.Int[-1, 2]
        from slots in Gen.Int[0, 16]
        select new RuntimeInfo("id", "Name", state, state == RuntimeState.Ready ? null : "A reason.", [.. models], [kind], accelerator < 0 ? null : (AcceleratorKind)accelerator, Slots: slots == 0 ? null : slots);

    [Fact]
    public void Runtime_SentAndHeard_IsTheSame() => Runtime.Sample(runtime =>
    {
        var heard = Hear(ToWire.Runtime(runtime));
        Assert.Equal(runtime.Models.Select(Words), heard.Models.Select(Words));
        Assert.Equal(runtime.TaskKinds.AsEnumerable(), heard.TaskKinds);
        Assert.Equal(runtime with { Models = [], TaskKinds = [] }, heard with { Models = [], TaskKinds = [] });

        static string Words(ModelInfo m) => $"{m with { Skills = [] }} {string.Join(',', m.Skills)}";
    });

    [Fact]
    public void Profile_SentAndHeard_IsTheSame()
    {
        var profile = Samples.Profile();
        var heard = FromWire.Profile(ToWire.Profile(profile));
        Assert.Equal(profile.Accelerators.AsEnumerable(), heard.Accelerators);
        Assert.Equal(profile.Facts.AsEnumerable(), heard.Facts);
        Assert.Equal(profile.InstructionSets.AsEnumerable(), heard.InstructionSets);
        Assert.Equal(Plain(profile), Plain(heard));

        static DeviceProfile Plain(DeviceProfile p) => p with { Accelerators = [], Facts = [], InstructionSets = [] };
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(1e30)]
    public void Model_ImpossibleSpeed_IsUnknown(double speed)
    {
        var wire = ToWire.Runtime(Samples.BuiltIn);
        wire.Models[0].CharsPerSecond = speed;
        Assert.Null(Hear(wire).Models[0].CharsPerSecond);
    }

    [Fact]
    public void Runtime_ModelsWithoutANameOrTwice_AreLeftOutOnBothSides()
    {
        var wire = ToWire.Runtime(Samples.BuiltIn with { Models = [new ModelInfo(null!, []), new ModelInfo("", []), new ModelInfo(" ", []), null!, new ModelInfo("a", [Skill.Chat])] });
        Assert.Equal("a", Assert.Single(wire.Models).Id);
        wire.Models.Add(new Model());
        wire.Models.Add(new Model { Id = "\u0001" });
        wire.Models.Add(new Model { Id = "a", QualityTier = 5 });
        Assert.Equal("a", Assert.Single(Hear(wire).Models).Id);
        Assert.Empty(FromWire.Runtimes([new Runtime { Name = "x" }], true, []).Runtimes);
    }

    [Theory]
    [InlineData(0, 512)]
    [InlineData(512, -1)]
    [InlineData(512, int.MaxValue)]
    public void Model_ImpossibleImageSizes_AreUnknown(int width, int height)
    {
        var wire = ToWire.Runtime(Samples.BuiltIn);
        wire.Models[0].ImageSizes = new EdgeMesh.Core.Contracts.ImageSizes { Width = width, Height = height };
        Assert.Null(Hear(wire).Models[0].Sizes);
    }

    [Theory]
    [InlineData(null, 100.0)]
    [InlineData(1_700_000_000_000, null)]
    [InlineData(-1L, 100.0)]
    [InlineData(1_700_000_000_000, double.NaN)]
    public void Accelerator_ClaimedProvenWithoutWhatACanaryMeasured_IsDetectedOnly(long? at, double? speed)
    {
        var wire = new AcceleratorInfo { Kind = "NPU", Name = "Hexagon", Status = "Proven", SpeedUnit = "tok/s" };
        if (at is { } when)
        {
            wire.ProvenAtUnixMs = when;
        }

        if (speed is { } value)
        {
            wire.SpeedValue = value;
        }

        var heard = Assert.Single(FromWire.Accelerators([wire]));
        Assert.Equal((AcceleratorStatus.Detected, null, null), (heard.Status, heard.ProvenAt, heard.Speed));
    }

    [Fact]
    public void Runtimes_AnyMessage_IsHeardWithoutAnError() => Gen.Byte.Array[0, 200].Sample(
        bytes =>
        {
            try
            {
                var set = RuntimeSet.Parser.ParseFrom(bytes);
                Assert.All(FromWire.Runtimes(set.Runtimes, set.Loaded, set.Accelerators).Runtimes.SelectMany(r => r.Models), m => Assert.False(string.IsNullOrWhiteSpace(m.Id)));
            }
            catch (Google.Protobuf.InvalidProtocolBufferException)
            {
                // No message of ours.
            }
        },
        iter: 5_000);

    private static RuntimeInfo Hear(Runtime wire) => FromWire.Runtimes([wire], true, []).Runtimes.Single();
}
