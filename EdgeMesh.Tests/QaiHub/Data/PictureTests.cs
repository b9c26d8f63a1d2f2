using System.Buffers.Binary;
using EdgeMesh.Dashboard.QaiHub.Data;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Data;

/// <summary>Pictures as people and strangers send them: of every kind, and cut, damaged or lying, which must end, in words.</summary>
public sealed class PictureTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    public static TheoryData<string> Jpegs => ["colour.jpg", "progressive.jpg", "grey.jpg"];

    [Theory]
    [InlineData("colour.jpg", 224, 16, 16)]
    [InlineData("progressive.jpg", 224, 16, 16)]
    [InlineData("grey.jpg", 70, 70, 70)]
    public async Task Jpegs_OfEveryKind_AreDecoded(string file, int red, int green, int blue)
    {
        var picture = await ReadAsync(Fixture(file));
        Assert.Equal((40, 24), (picture.Width, picture.Height));
        // The left half has one colour; what a JPEG keeps of it is a little off.
        var (r, g, b) = Pixel(picture, 3, 3);
        if (file == "grey.jpg")
        {
            Assert.Equal((r, r), (g, b));
        }
        else
        {
            Assert.InRange(r, red - 6, red + 6);
            Assert.InRange(g, green - 6, green + 6);
            Assert.InRange(b, blue - 6, blue + 6);
        }
    }

    [Fact]
    public async Task Pngs_OfEveryKind_AreDecodedToEightBitColours()
    {
        Assert.Equal((90, 90, 90), Pixel(await ReadAsync(Pngs.Make(3, 2, Pngs.Grey, 8, _ => [90, 90, 90])), 1, 1));
        Assert.Equal((255, 255, 255), Pixel(await ReadAsync(Pngs.Make(3, 2, Pngs.Grey, 1, _ => [0b0100_0000])), 1, 1));
        Assert.Equal((90, 90, 90), Pixel(await ReadAsync(Pngs.Make(1, 2, Pngs.GreyAlpha, 8, _ => [90, 10])), 0, 1));
        Assert.Equal((1, 2, 3), Pixel(await ReadAsync(Pngs.Make(1, 2, Pngs.Colour, 8, _ => [1, 2, 3])), 0, 1));
        Assert.Equal((1, 2, 3), Pixel(await ReadAsync(Pngs.Make(1, 2, Pngs.ColourAlpha, 8, _ => [1, 2, 3, 0])), 0, 1));
        Assert.Equal((4, 5, 6), Pixel(await ReadAsync(Pngs.Make(2, 1, Pngs.Palette, 8, _ => [0, 1], [1, 2, 3, 4, 5, 6])), 1, 0));
        Assert.Equal((4, 5, 6), Pixel(await ReadAsync(Pngs.Make(2, 1, Pngs.Palette, 4, _ => [0x01], [1, 2, 3, 4, 5, 6])), 1, 0));
        Assert.Equal((10, 20, 30), Pixel(await ReadAsync(Pngs.Make(1, 1, Pngs.Colour, 16, _ => [10, 200, 20, 201, 30, 202])), 0, 0));
        Assert.Equal((10, 20, 30), Pixel(await ReadAsync(Pngs.Make(1, 1, Pngs.ColourAlpha, 16, _ => [10, 200, 20, 201, 30, 202, 0, 0])), 0, 0));
        Assert.Equal((10, 10, 10), Pixel(await ReadAsync(Pngs.Make(1, 1, Pngs.Grey, 16, _ => [10, 200])), 0, 0));
    }

    [Fact]
    public async Task Pngs_Interlaced_AreDecoded()
    {
        // One pixel: only the first of the seven passes has a line. Three by three: five of them have.
        Assert.Equal((7, 8, 9), Pixel(await ReadAsync(Pngs.File(Pngs.Head(1, 1, Pngs.Colour, 8, 1), Pngs.Chunk("IDAT", Pngs.Packed([0, 7, 8, 9])))), 0, 0));
        byte[] grey = [0, 1, /* 2, 0 */ 0, 2, /* 0, 2 and 2, 2 */ 0, 3, 4, /* 1, 0 and 1, 2 */ 0, 5, 0, 6, /* the line between */ 0, 7, 8, 9];
        var picture = await ReadAsync(Pngs.File(Pngs.Head(3, 3, Pngs.Grey, 8, 1), Pngs.Chunk("IDAT", Pngs.Packed(grey))));
        Assert.Equal([1, 5, 2, 7, 8, 9, 3, 6, 4], Enumerable.Range(0, 9).Select(i => (int)picture.Values[i * 3]));
    }

    [Fact]
    public async Task Png_CutAtEveryLength_IsSaidToBeCutOff()
    {
        byte[][] pictures =
        [
            Pngs.Make(1, 1, Pngs.Grey, 8, _ => [1]),
            Pngs.Make(9, 7, Pngs.Colour, 8, y => [.. Enumerable.Range(0, 27).Select(x => (byte)(x * y * 7))]),
            Pngs.Make(64, 64, Pngs.ColourAlpha, 16, y => [.. Enumerable.Range(0, 512).Select(x => (byte)((x * y) ^ (x * 7)))]),
        ];
        foreach (var whole in pictures)
        {
            Assert.NotEmpty((await ReadAsync(whole)).Values);
            await CutAsync(whole);
        }
    }

    [Theory]
    [MemberData(nameof(Jpegs))]
    public async Task Jpeg_CutAtEveryLength_IsSaidToBeCutOff(string file) => await CutAsync(Fixture(file));

    [Theory]
    [MemberData(nameof(Jpegs))]
    public async Task Jpeg_EveryByteDamaged_EndsInAPictureOrInWords(string file) => await DamageAsync(Fixture(file));

    [Fact]
    public async Task Png_EveryByteDamaged_EndsInAPictureOrInWords()
    {
        await DamageAsync(Pngs.Make(9, 7, Pngs.Colour, 8, y => [.. Enumerable.Range(0, 27).Select(x => (byte)(x * y * 7))]));
        await DamageAsync(Pngs.Make(9, 7, Pngs.Palette, 8, y => [.. Enumerable.Range(0, 9).Select(x => (byte)(x * y % 2))], [1, 2, 3, 4, 5, 6]));
    }

    [Fact]
    public async Task Sizes_ThatAreLies_AreRefusedBeforeAnythingIsDecoded()
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Contains("60,000 × 60,000", await RefusalAsync(Pngs.File(Pngs.Head(60_000, 60_000, Pngs.Colour, 8), Pngs.Chunk("IDAT", Pngs.Packed([0])))), StringComparison.Ordinal);
        Assert.Contains("60,000 × 60,000", await RefusalAsync(Resized(Fixture("colour.jpg"), 60_000, 60_000)), StringComparison.Ordinal);
        // Few enough pixels, but far more than such a file can hold.
        Assert.Contains("damaged", await RefusalAsync(Pngs.File(Pngs.Head(8_000, 8_000, Pngs.ColourAlpha, 8), Pngs.Chunk("IDAT", Pngs.Packed([0])))), StringComparison.Ordinal);
        Assert.Contains("damaged", await RefusalAsync(Resized(Fixture("progressive.jpg"), 8_000, 8_000)), StringComparison.Ordinal);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 64L << 20);
    }

    [Fact]
    public async Task Bombs_AreRefused()
    {
        // Unpacks to far more than the head says; a chunk that claims a gigabyte; a length that leads back; a thousand scans of one picture.
        Assert.Contains("damaged", await RefusalAsync(Pngs.File(Pngs.Head(1, 1, Pngs.Grey, 8), Pngs.Chunk("IDAT", Pngs.Packed(new byte[8 << 20])))), StringComparison.Ordinal);
        var claims = Pngs.Make(1, 1, Pngs.Grey, 8, _ => [1]);
        foreach (var length in (uint[])[1 << 30, uint.MaxValue - 11, uint.MaxValue - 20, int.MaxValue])
        {
            BinaryPrimitives.WriteUInt32BigEndian(claims.AsSpan(33), length);
            Assert.Contains("cut off", await RefusalAsync(claims), StringComparison.Ordinal);
        }

        var jpeg = Fixture("progressive.jpg");
        var scan = jpeg.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        Assert.Contains("damaged", await RefusalAsync([.. jpeg[..^2], .. Enumerable.Repeat(jpeg[scan..^2], 1_000).SelectMany(s => s), 0xFF, 0xD9]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GIF89a nothing")]
    [InlineData("BM a bitmap")]
    [InlineData("")]
    [InlineData("#?RADIANCE\n")]
    public async Task OtherKinds_WhateverTheirName_AreNamed(string content) =>
        Assert.Equal("bad.png is no PNG or JPEG picture.", await RefusalAsync(System.Text.Encoding.ASCII.GetBytes(content)));

    /// <summary>BigGustave writes one pixel so: 4 bits of a palette, and a line of pixels without any. Decoders that make it up hide what is lost.</summary>
    [Fact]
    public async Task Png_WithoutItsPixels_IsDamaged() =>
        Assert.Equal("bad.png is damaged: it cannot be decoded.", await RefusalAsync(Pngs.File(Pngs.Head(1, 1, Pngs.Palette, 4), [.. Pngs.Chunk("PLTE", [255, 255, 255]), .. Pngs.Chunk("IDAT", Pngs.Packed([0]))])));

    [Fact]
    public async Task WrongEnding_DoesNotMatter() => Assert.Equal(40, (await ReadAsync(Fixture("colour.jpg"))).Width);

    private static async Task CutAsync(byte[] whole)
    {
        for (var length = 8; length < whole.Length; length++)
        {
            Assert.Equal($"bad.png is cut off: it ends before the picture does.", await RefusalAsync(whole[..length]));
        }
    }

    // One byte at a time becomes 0, FF, or another by one bit.
    private static async Task DamageAsync(byte[] whole)
    {
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var value in (byte[])[0, 0xFF, (byte)(whole[at] ^ 0x10)])
            {
                byte[] damaged = [.. whole];
                damaged[at] = value;
                try
                {
                    Assert.NotEmpty((await ReadAsync(damaged)).Values);
                }
                catch (DatasetException e)
                {
                    Assert.StartsWith("bad.png is ", e.Message, StringComparison.Ordinal);
                }
            }
        }
    }

    private static async Task<string> RefusalAsync(byte[] bytes)
    {
        var refused = await Assert.ThrowsAsync<DatasetException>(() => ReadAsync(bytes));
        Assert.NotEmpty(refused.Remedy);
        return refused.Message;
    }

    // A decoder that never ends fails the test instead of stopping it.
    private static Task<Picture> ReadAsync(byte[] bytes) => Task.Run(() => Picture.Read(bytes, "bad.png")).WaitAsync(s_patience, TestContext.Current.CancellationToken);

    private static (int R, int G, int B) Pixel(Picture picture, int x, int y) => ((y * picture.Width) + x) * 3 is var at ? (picture.Values[at], picture.Values[at + 1], picture.Values[at + 2]) : default;

    private static byte[] Fixture(string name) => File.ReadAllBytes(Path.Combine(BuiltPrograms.RepositoryRoot, "EdgeMesh.Tests", "QaiHub", "Fixtures", name));

    private static byte[] Resized(byte[] jpeg, ushort width, ushort height)
    {
        var frame = Enumerable.Range(2, jpeg.Length - 4).First(i => jpeg[i] == 0xFF && jpeg[i + 1] is 0xC0 or 0xC2);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), width);
        return jpeg;
    }
}
