using System.IO.Compression;
using System.Text;
using EdgeMesh.Core.Arrays;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Measure;

public sealed class NpyTests
{
    /// <summary>A file as NumPy writes it, with this many bytes of numbers.</summary>
    internal static byte[] Array(string type, string shape, int bytes, string fortran = "False", byte version = 1)
    {
        var header = Encoding.Latin1.GetBytes($"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
        byte[] length = version == 1 ? [(byte)header.Length, (byte)(header.Length >> 8)] : [(byte)header.Length, (byte)(header.Length >> 8), 0, 0];
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. header, .. new byte[bytes]];
    }

    internal static byte[] Archive(params (string Name, byte[] Content)[] arrays)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in arrays)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    [Theory]
    [InlineData("<f4", "(1, 3, 2)", 24, "float32", "1,3,2")]
    [InlineData("|u1", "(5,)", 5, "uint8", "5")]
    [InlineData("<i8", "()", 8, "int64", "")]
    [InlineData("<f2", "(0, 4)", 0, "float16", "0,4")]
    public void Read_WhatNumPyWrites_IsRead(string type, string shape, int bytes, string name, string sizes)
    {
        foreach (byte version in (byte[])[1, 2])
        {
            var array = Npy.Read(Array(type, shape, bytes, version: version), "x");

            Assert.Equal((name, sizes, bytes), (array.Type, string.Join(',', array.Shape), array.Numbers.Length));
        }
    }

    [Theory]
    [InlineData("<c8", "(1,)", 8, "False", "of a kind that no model reads")]
    [InlineData("<U4", "(1,)", 16, "False", "of a kind that no model reads")]
    [InlineData(">f4", "(1,)", 4, "False", "big-endian")]
    [InlineData("<f4", "(1, 2)", 8, "True", "Fortran order")]
    [InlineData("<f4", "(3,)", 8, "False", "cut off")]
    [InlineData("<f4", "(1,)", 8, "False", "longer than its shape")]
    [InlineData("<f4", "(9999999999999, 9999999999999, 9999999999999)", 8, "False", "cut off")]
    [InlineData("<f4", "x", 8, "False", "has no shape")]
    public void Read_WhatCannotBeUsed_SaysWhy(string type, string shape, int bytes, string fortran, string why)
    {
        var failed = Assert.Throws<NpyException>(() => Npy.Read(Array(type, shape, bytes, fortran), "x"));

        Assert.Contains(why, failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EveryCutOfAFile_IsNamed()
    {
        var whole = Array("<f4", "(2, 2)", 16);
        for (var length = 0; length < whole.Length; length++)
        {
            Assert.StartsWith("x cannot be used", Assert.Throws<NpyException>(() => Npy.Read(whole.AsMemory(0, length), "x")).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ReadArchive_Arrays_AreReadByName()
    {
        var arrays = Npy.ReadArchive(Archive(("a.npy", Array("<f4", "(1,)", 4)), ("b.npy", Array("|i1", "(2,)", 2))), 1_000);

        Assert.Equal(["a float32", "b int8"], arrays.Select(a => $"{a.Key} {a.Value.Type}").Order());
    }

    [Fact]
    public void ReadArchive_MoreThanAllowed_IsStopped()
    {
        var failed = Assert.Throws<NpyException>(() => Npy.ReadArchive(Archive(("a.npy", Array("|u1", "(500000,)", 500_000))), 10_000));

        Assert.Contains("more than is allowed", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadArchive_NoArchive_IsNamed() =>
        Assert.Contains("damaged, or no .npz", Assert.Throws<NpyException>(() => Npy.ReadArchive("PK no zip"u8.ToArray(), 1_000)).Message, StringComparison.Ordinal);
}
