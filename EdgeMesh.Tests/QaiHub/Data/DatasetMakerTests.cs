using System.IO.Compression;
using System.Runtime.InteropServices;
using EdgeMesh.Core.Arrays;
using EdgeMesh.Dashboard.QaiHub;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Data;

/// <summary>What people have (NumPy files as NumPy writes them, pictures, nothing) as the entries of a data set, and what cannot be one, in words.</summary>
public sealed class DatasetMakerTests : IDisposable
{
    private static readonly DatasetBounds s_bounds = new(1 << 20);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("(1, 3, 4, 4)", 48, "1, 3, 4, 4", "1, 3, 4, 4", 1)]
    [InlineData("(5, 3, 4, 4)", 240, "1, 3, 4, 4", "1, 3, 4, 4", 5)]
    [InlineData("(6, 3, 4, 4)", 288, "2, 3, 4, 4", "2, 3, 4, 4", 3)]
    [InlineData("(3, 4, 4)", 48, "1, 3, 4, 4", "1, 3, 4, 4", 1)]
    [InlineData("(7, 1, 3, 4, 4)", 336, "1, 3, 4, 4", "1, 3, 4, 4", 7)]
    [InlineData("(7, 3, 4, 4)", 336, "3, 4, 4", "3, 4, 4", 7)]
    [InlineData("(2, 9)", 18, "n, 9", "2, 9", 1)]
    [InlineData("()", 1, "", "", 1)]
    [InlineData("(4,)", 4, "", "", 4)]
    public void Arrays_OfManyForms_AreCutToTheInput(string shape, int numbers, string input, string entry, int entries)
    {
        var (content, _) = Make([("x.npy", NpyTests.Array("<f4", shape, numbers * 4))], Spec("x", input));
        Assert.Equal(entries, content.Entries);
        Assert.All(content.Tensors[0].Entries, e => Assert.Equal(entry, string.Join(", ", e.Shape)));
        Assert.Equal(numbers * 4, content.Bytes);
    }

    [Theory]
    [InlineData("<f8", TensorDtype.Float32, 8, TensorDtype.Float32)]
    [InlineData("<i8", TensorDtype.Int32, 8, TensorDtype.Int32)]
    [InlineData("<i8", TensorDtype.Int64, 8, TensorDtype.Int64)]
    [InlineData("|u1", TensorDtype.Uint8, 1, TensorDtype.Uint8)]
    public void Arrays_WithNumPysOwnTypes_BecomeTheInputs(string given, TensorDtype wanted, int size, TensorDtype made)
    {
        var (content, _) = Make([("x.npy", NpyTests.Array(given, "(2,)", 2 * size))], new TensorSpec("x", [new TensorDim(2)], wanted));
        Assert.Equal(made, content.Tensors[0].Entries[0].Type);
    }

    [Fact]
    public void Arrays_OfSeveralFiles_AreJoined_InTheModelsOrder()
    {
        var (content, how) = Make(
            [("one.npz", NpyTests.Archive(("b.npy", NpyTests.Array("<f4", "(1,)", 4)), ("a.npy", NpyTests.Array("<f4", "(1,)", 4)))), ("two.npz", NpyTests.Archive(("a.npy", NpyTests.Array("<f4", "(1,)", 4)), ("b.npy", NpyTests.Array("<f4", "(1,)", 4))))],
            Spec("a", "1"), Spec("b", "1"));
        Assert.Equal(["a", "b"], content.Tensors.Select(t => t.Name));
        Assert.Equal(2, content.Entries);
        Assert.Equal("from one.npz, two.npz", how);
    }

    [Fact]
    public void Arrays_NoModel_AreTakenAsTheyAre() => Assert.Equal(["x float32"], Make([("x.npy", NpyTests.Array("<f8", "(1, 2)", 16))]).Content.Tensors.Select(t => $"{t.Name} {HubTypes.Name(t.Entries[0].Type)}"));

    [Theory]
    [InlineData("x.npy", "<f4", "(1, 5)", 20, "x", "1, 9", "x is [1, 5]; the input takes [1, 9].")]
    [InlineData("x.npy", "<i4", "(1,)", 4, "x", "1", "the input takes float32")]
    [InlineData("x.npy", "|b1", "(1,)", 1, "x", "1", "bool")]
    [InlineData("x.npy", "<f4", "(0, 1)", 0, "x", "1", "has no numbers")]
    [InlineData("x.npy", ">f4", "(1,)", 4, "x", "1", "big-endian")]
    [InlineData("x.npy", "<f4", "(2,)", 4, "x", "2", "cut off")]
    [InlineData("x.txt", "<f4", "(1,)", 4, "x", "1", "no .npz or .npy file")]
    [InlineData("x.npz", "<f4", "(1,)", 4, "x", "1", "damaged, or no .npz")]
    public void Arrays_ThatCannotBeUsed_AreNamed(string file, string type, string shape, int bytes, string input, string wanted, string why)
    {
        var refused = Assert.Throws<DatasetException>(() => Make([(file, NpyTests.Array(type, shape, bytes))], Spec(input, wanted)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Remedy);
    }

    [Fact]
    public void Arrays_WrongNames_Missing_OrUnequal_AreNamed()
    {
        Assert.Contains("\"z\", which is no input", Refused([("f.npz", NpyTests.Archive(("z.npy", NpyTests.Array("<f4", "(1,)", 4))))], Spec("a", "1"), Spec("b", "1")), StringComparison.Ordinal);
        Assert.Contains("nothing for the input \"b\"", Refused([("a.npy", NpyTests.Array("<f4", "(1,)", 4))], Spec("a", "1"), Spec("b", "1")), StringComparison.Ordinal);
        Assert.Contains("a 1, b 2", Refused([("a.npy", NpyTests.Array("<f4", "(1,)", 4)), ("b.npy", NpyTests.Array("<f4", "(2,)", 8))], Spec("a", "1"), Spec("b", "1")), StringComparison.Ordinal);
        Assert.Contains("too large for int32", Assert.Throws<DatasetException>(() => ArrayEntries.Of("x", new Npy("int64", [1], BitConverter.GetBytes(long.MaxValue)), new TensorSpec("x", [new TensorDim(1)], TensorDtype.Int32))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arrays_BeyondTheLimits_AreStopped()
    {
        Assert.Contains("more than is allowed", Refused([("x.npz", NpyTests.Archive(("x.npy", NpyTests.Array("|u1", "(2000000,)", 2_000_000))))]), StringComparison.Ordinal);
        Assert.Contains("1,000 entries", Refused([("x.npy", NpyTests.Array("|u1", "(1001, 1)", 1_001))], new TensorSpec("x", [new TensorDim(1), new TensorDim(1)], TensorDtype.Uint8)), StringComparison.Ordinal);
        Assert.Contains("8 sizes", Refused([("x.npy", NpyTests.Array("|u1", "(1, 1, 1, 1, 1, 1, 1, 1, 1)", 1))]), StringComparison.Ordinal);
    }

    [Fact]
    public void Random_IsTheSameForASeed_AndSaysThatItIsRandom()
    {
        var (one, how) = DatasetMaker.Make(new DatasetSource.Random(3, 5), "", [], [Spec("x", "1, 4"), new TensorSpec("ids", [new TensorDim(2)], TensorDtype.Int64)], s_bounds, TestContext.Current.CancellationToken);
        var (two, _) = DatasetMaker.Make(new DatasetSource.Random(3, 5), "", [], [Spec("x", "1, 4"), new TensorSpec("ids", [new TensorDim(2)], TensorDtype.Int64)], s_bounds, TestContext.Current.CancellationToken);
        Assert.Equal(3, one.Entries);
        Assert.Equal("3 random entries (seed 5); they say nothing about accuracy", how);
        Assert.Equal(one.Tensors.SelectMany(t => t.Entries).Select(e => Convert.ToHexString(e.Numbers.Span)), two.Tensors.SelectMany(t => t.Entries).Select(e => Convert.ToHexString(e.Numbers.Span)));
        Assert.All(Floats(one.Tensors[0].Entries[0]), f => Assert.InRange(f, 0f, 0.999999f));
    }

    [Theory]
    [InlineData("1, n", 1, "not fixed")]
    [InlineData("1", 0, "0 entries")]
    [InlineData("1", 1_001, "1,001 entries")]
    [InlineData("99999999, 99999999, 99999999", 1, "1 MB")]
    public void Random_ThatCannotBe_IsNamed(string shape, int entries, string why) =>
        Assert.Contains(why, Assert.Throws<DatasetException>(() => DatasetMaker.Make(new DatasetSource.Random(entries, 0), "", [], [Spec("x", shape)], s_bounds, TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1, 3, 2, 2", ImageScale.ZeroToOne, "1,1,0,0,0,0,0,0,0,0,1,1")]
    [InlineData("1, 2, 2, 3", ImageScale.ZeroToOne, "1,0,0,1,0,0,0,0,1,0,0,1")]
    [InlineData("1, 3, 2, 2", ImageScale.MinusOneToOne, "1,1,-1,-1,-1,-1,-1,-1,-1,-1,1,1")]
    [InlineData("1, 3, 2, 2", ImageScale.Raw, "255,255,0,0,0,0,0,0,0,0,255,255")]
    public void Pictures_BecomeTheInputsLayoutAndRange(string shape, ImageScale scale, string values)
    {
        // Red above, blue below.
        var (content, how) = Images([("p.png", Png(2, 2, (_, y) => y == 0 ? (255, 0, 0) : (0, 0, 255)))], ImageFit.Stretch, scale, Spec("image", shape));
        Assert.Equal(values, string.Join(',', Floats(content.Tensors[0].Entries[0])));
        Assert.StartsWith("1 picture, stretched to 2 × 2, RGB, values ", how, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_ImageNet_AreNormalisedByChannel()
    {
        var floats = Floats(Images([("p.png", Png(1, 1, (_, _) => (255, 255, 255)))], ImageFit.Cover, ImageScale.ImageNet, Spec("image", "1, 3, 1, 1")).Content.Tensors[0].Entries[0]);
        Assert.Equal([2.249f, 2.429f, 2.64f], floats.Select(f => MathF.Round(f, 3)));
    }

    [Theory]
    [InlineData(ImageFit.Cover, "0,1,0,1")]
    [InlineData(ImageFit.Contain, "0,1,0,0")]
    public void Pictures_OfOtherSides_AreCutOrPadded(ImageFit fit, string red)
    {
        // The outer columns are green, the inner ones black and red.
        var picture = Png(8, 4, (x, _) => x is >= 2 and < 4 ? (0, 0, 0) : x is >= 4 and < 6 ? (255, 0, 0) : (0, 255, 0));
        var content = Images([("p.png", picture)], fit, ImageScale.ZeroToOne, Spec("image", "1, 3, 2, 2")).Content;
        var values = Floats(content.Tensors[0].Entries[0]).Take(4).Select(v => v > 0.2f ? 1 : 0);
        Assert.Equal(red, string.Join(',', values));
    }

    [Fact]
    public void Pictures_Uint8AndGrey_AreBytes()
    {
        var content = Images([("p.png", Png(2, 2, (_, _) => (255, 255, 255)))], ImageFit.Cover, ImageScale.ImageNet, new TensorSpec("image", [new(1), new(2), new(2), new(1)], TensorDtype.Uint8)).Content;
        Assert.Equal([255, 255, 255, 255], content.Tensors[0].Entries[0].Numbers.ToArray());
    }

    [Fact]
    public void Pictures_InAZip_AreAllTaken_AndHiddenFilesAreNot()
    {
        var png = Png(1, 1, (_, _) => (1, 2, 3));
        var zip = NpyTests.Archive(("a/1.png", png), ("a/2.png", png), (".DS_Store", [1]), ("__MACOSX/a/._1.png", [1]));
        Assert.Equal(2, Images([("pictures.zip", zip)], ImageFit.Cover, ImageScale.Raw, Spec("image", "1, 3, 1, 1")).Content.Entries);
    }

    [Theory]
    [InlineData("1, 3, n, n", "No input takes pictures")]
    [InlineData("1, 5, 8, 8", "No input takes pictures")]
    public void Pictures_ForAnInputThatTakesNone_IsSaid(string shape, string why) =>
        Assert.Contains(why, Assert.Throws<DatasetException>(() => Images([("p.png", Png(1, 1, (_, _) => (0, 0, 0)))], ImageFit.Cover, ImageScale.Raw, Spec("image", shape))).Message, StringComparison.Ordinal);

    [Fact]
    public void Pictures_DamagedOrOfAnotherKind_AreNamed()
    {
        var png = Png(4, 4, (_, _) => (9, 9, 9));
        foreach (var bytes in (byte[][])["GIF89a nothing"u8.ToArray(), png[..30], [0xFF, 0xD8, 0xFF, 0xE0, 1, 2], []])
        {
            var refused = Assert.Throws<DatasetException>(() => Images([("bad.png", bytes)], ImageFit.Cover, ImageScale.Raw, Spec("image", "1, 3, 2, 2")));
            Assert.StartsWith("bad.png is", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void JpegOrientation_IsRead_InBothByteOrders(bool little)
    {
        for (ushort orientation = 1; orientation <= 8; orientation++)
        {
            Assert.Equal(orientation, JpegOrientation.Of(Exif(orientation, little)));
        }

        Assert.Equal(1, JpegOrientation.Of(Exif(9, little)));
        var whole = Exif(6, little);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.InRange(JpegOrientation.Of(whole.AsSpan(0, length)), 1, 8);
        }
    }

    private static TensorSpec Spec(string name, string shape) => new(name, TensorSpec.ParseShape(shape) ?? [], TensorDtype.Float32);

    private static float[] Floats(DatasetArray array) => MemoryMarshal.Cast<byte, float>(array.Numbers.Span).ToArray();

    private static byte[] Png(int width, int height, Func<int, int, (int R, int G, int B)> colour) => Pngs.Make(
        width, height, Pngs.Colour, 8, y => [.. Enumerable.Range(0, width).Select(x => colour(x, y)).SelectMany(c => (byte[])[(byte)c.R, (byte)c.G, (byte)c.B])]);

    // The start of a JPEG with nothing but its orientation in it.
    private static byte[] Exif(ushort orientation, bool little)
    {
        byte[] Two(int value) => little ? [(byte)value, (byte)(value >> 8)] : [(byte)(value >> 8), (byte)value];
        byte[] Four(int value) => little ? [(byte)value, 0, 0, 0] : [0, 0, 0, (byte)value];
        byte[] exif = [.. "Exif\0\0"u8, .. little ? "II"u8 : "MM"u8, .. Two(42), .. Four(8), .. Two(2), .. Two(0x0100), .. Two(3), .. Four(1), .. Two(7), 0, 0, .. Two(0x0112), .. Two(3), .. Four(1), .. Two(orientation), 0, 0, 0, 0, 0, 0];
        return [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xE1, (byte)((exif.Length + 2) >> 8), (byte)(exif.Length + 2), .. exif, 0xFF, 0xDA];
    }

    private string Refused((string Name, byte[] Content)[] files, params TensorSpec[] inputs) => Assert.Throws<DatasetException>(() => Make(files, inputs)).Message;

    private (DatasetContent Content, string How) Make((string Name, byte[] Content)[] files, params TensorSpec[] inputs) => Make(new DatasetSource.Arrays("up"), files, inputs);

    private (DatasetContent Content, string How) Images((string Name, byte[] Content)[] files, ImageFit fit, ImageScale scale, params TensorSpec[] inputs) => Make(new DatasetSource.Images("up", null, fit, scale), files, inputs);

    private (DatasetContent Content, string How) Make(DatasetSource source, (string Name, byte[] Content)[] files, TensorSpec[] inputs)
    {
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(_directory[name], content);
        }

        return DatasetMaker.Make(source, _directory.Path, [.. files.Select(f => new HubUploadFile(f.Name, f.Content.Length))], [.. inputs], s_bounds, TestContext.Current.CancellationToken);
    }
}
