using CsCheck;
using EdgeMesh.QaiHub;
using EdgeMesh.QaiHub.Onnx;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Onnx;

public sealed class OnnxReaderTests
{
    [Fact]
    public void Read_Model_GivesInputsAndOutputsWithoutWeights()
    {
        var model = Read(OnnxFile.Model(
            OnnxFile.Input("image", 1, 1, 3, 224, 224),
            OnnxFile.Input("ids", 7, "batch", 77),
            OnnxFile.Input("w", 1, 4),
            OnnxFile.Weight("w", 16),
            OnnxFile.Output("probs", 10, "batch", 0)));
        Assert.Equal(["image: Float32 [1, 3, 224, 224]", "ids: Int64 [batch, 77]"], model.Inputs.Select(i => i.ToString()));
        Assert.Equal(["probs: Float16 [batch, ?]"], model.Outputs.Select(i => i.ToString()));
        Assert.Equal([true, false], model.Inputs.Select(i => i.IsStatic));
        Assert.False(model.HasExternalData);
    }

    [Fact]
    public void Read_TypesTheServiceDoesNotTake_AreUnspecified() =>
        Assert.Equal(
            [TensorDtype.Unspecified, TensorDtype.Unspecified, TensorDtype.Bool, TensorDtype.Uint16],
            Read(OnnxFile.Model(OnnxFile.Input("a", 11, 1), OnnxFile.Input("b", 8, 1), OnnxFile.Input("c", 9, 1), OnnxFile.Input("d", 4, 1))).Inputs.Select(i => i.Dtype));

    [Fact]
    public void Read_WeightsElsewhere_AreSeen() => Assert.True(Read(OnnxFile.Model(OnnxFile.Input("a", 1, 1), OnnxFile.ExternalWeight("w"))).HasExternalData);

    [Fact]
    public void Read_LargeWeights_AreJumpedOver()
    {
        using var directory = new TemporaryDirectory();
        using (var file = File.Create(directory["m.onnx"]))
        {
            // A graph of 3 GB, in a file with a hole: reading it would show.
            const long Hole = 3L << 30;
            var tail = OnnxFile.Input("x", 1, 1);
            file.Write(OnnxFile.Number(1, 8));
            file.WriteByte((7 << 3) | 2);
            Varint(file, 1 + Size(Hole + 1 + Size(Hole)) + Hole + 1 + Size(Hole) + tail.Length);
            file.WriteByte((5 << 3) | 2);
            Varint(file, Hole + 1 + Size(Hole));
            file.WriteByte((9 << 3) | 2);
            Varint(file, Hole);
            file.Seek(Hole, SeekOrigin.Current);
            file.Write(tail);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("x", Assert.Single(OnnxReader.Read(directory["m.onnx"]).Inputs).Name);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);

        static long Size(long value) => value < 0x80 ? 1 : 1 + Size(value >> 7);

        static void Varint(Stream to, long value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                to.WriteByte((byte)(value | 0x80));
            }

            to.WriteByte((byte)value);
        }
    }

    [Fact]
    public void Read_AnyPrefixOrByteChanged_IsAModelOrABadModel()
    {
        var good = OnnxFile.Model(OnnxFile.Input("image", 1, 1, "h"), OnnxFile.Weight("w", 50), OnnxFile.Output("y", 1, 2));
        Gen.Int[0, good.Length - 1].Select(Gen.Byte, Gen.Int[0, good.Length]).Sample((at, value, length) =>
        {
            var bytes = good.ToArray();
            bytes[at] = value;
            return ReadsOrRefuses(bytes[..length]);
        });
        Gen.Byte.Array[0, 200].Sample(ReadsOrRefuses);
    }

    [Fact]
    public void Read_LengthOfTheWholeWorld_IsRefused() =>
        Assert.False(Reads([.. OnnxFile.Number(1, 8), (7 << 3) | 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]));

    [Fact]
    public void Read_TooManyInputsOrNames_IsRefused()
    {
        Assert.False(Reads(OnnxFile.Model([.. Enumerable.Range(0, 5_000).Select(i => OnnxFile.Input($"i{i}", 1, 1))])));
        Assert.False(Reads(OnnxFile.Model(OnnxFile.Input(new string('a', 100_000), 1, 1))));
        Assert.False(Reads(OnnxFile.Model([.. Enumerable.Range(0, 400).Select(i => OnnxFile.Weight(new string('a', 60_000) + i, 1))])));
        Assert.False(Reads(OnnxFile.Model(OnnxFile.Input("x", 1, [.. Enumerable.Repeat<object>(1, 65)]))));
    }

    [Fact]
    public void Read_NoFile_IsLocal() =>
        Assert.Equal(HubFailure.LocalFile, Assert.Throws<QaiHubException>(() => OnnxReader.Read(Path.Combine(Path.GetTempPath(), "no-such-file.onnx"))).Kind);

    private static OnnxModel Read(byte[] bytes) => OnnxReader.Read(new MemoryStream(bytes));

    private static bool ReadsOrRefuses(byte[] bytes) => Reads(bytes) || true;

    /// <summary>Anything but a named refusal fails the test.</summary>
    private static bool Reads(byte[] bytes)
    {
        try
        {
            Read(bytes);
            return true;
        }
        catch (QaiHubException e) when (e.Kind == HubFailure.BadModel)
        {
            return false;
        }
    }
}
