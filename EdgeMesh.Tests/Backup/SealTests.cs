using System.Security.Cryptography;
using EdgeMesh.Dashboard.Backup;

namespace EdgeMesh.Tests.Backup;

/// <summary>A sealed file gives back what was written, whole and in order, to who knows the passphrase, and to nobody anything else.</summary>
public sealed class SealTests
{
    private const string Passphrase = "tidal mill, five words";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(SealBlocks.BlockBytes - 1)]
    [InlineData(SealBlocks.BlockBytes)]
    [InlineData(SealBlocks.BlockBytes + 1)]
    [InlineData(3 * SealBlocks.BlockBytes)]
    [InlineData(200_000)]
    public void Open_GivesWhatWasSealed(int bytes)
    {
        var plain = RandomNumberGenerator.GetBytes(bytes);
        var file = Seal(plain);
        Assert.Equal(plain, Open(file));
        Assert.False(bytes > 16 && file.AsSpan().IndexOf(plain.AsSpan(0, Math.Min(bytes, 16))) >= 0);
    }

    [Fact]
    public void CutOffAnywhere_IsRefused()
    {
        var file = Seal(RandomNumberGenerator.GetBytes(3 * SealBlocks.BlockBytes));
        var block = SealBlocks.BlockBytes + SealBlocks.TagBytes;
        int[] ends = [SealHeader.Length, SealHeader.Length + 5, SealHeader.Length + block, SealHeader.Length + (2 * block), file.Length - block, file.Length - 1];
        Assert.All(ends, end => Assert.Throws<BackupException>(() => Open(file[..end])));
    }

    [Fact]
    public void ChangedMovedOrDoubled_IsRefused()
    {
        var file = Seal(RandomNumberGenerator.GetBytes(3 * SealBlocks.BlockBytes));
        var block = SealBlocks.BlockBytes + SealBlocks.TagBytes;
        var (header, first, second, rest) = (file[..SealHeader.Length], Block(0), Block(1), file[(SealHeader.Length + (2 * block))..]);
        Assert.Equal(file, (byte[])[.. header, .. first, .. second, .. rest]);
        Assert.Throws<BackupException>(() => Open([.. header, .. second, .. first, .. rest]));
        Assert.Throws<BackupException>(() => Open([.. header, .. first, .. first, .. rest]));
        Assert.Throws<BackupException>(() => Open([.. header, .. first, .. rest]));
        Assert.Throws<BackupException>(() => Open([.. file, 0]));
        foreach (var at in (int[])[8, 12, 20, 33, 40, SealHeader.Length, SealHeader.Length + block, file.Length - 1])
        {
            var changed = file.ToArray();
            changed[at] ^= 1;
            Assert.Throws<BackupException>(() => Open(changed));
        }

        byte[] Block(int n) => file[(SealHeader.Length + (n * block))..(SealHeader.Length + ((n + 1) * block))];
    }

    [Fact]
    public void WrongPassphrase_AndWhatIsNoBackup_AreToldApart()
    {
        var file = Seal([1, 2, 3]);
        Assert.Contains("passphrase is wrong", Assert.Throws<BackupException>(() => SealHeader.Read(new MemoryStream(file), "another one")).Message, StringComparison.Ordinal);
        Assert.Contains("no EdgeMesh backup", Assert.Throws<BackupException>(() => Open("PK a zip file"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Contains("no EdgeMesh backup", Assert.Throws<BackupException>(() => Open([])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoOfTheSame_HaveNothingInCommon()
    {
        var (one, other) = (Seal(new byte[1_000]), Seal(new byte[1_000]));
        Assert.NotEqual(one[16..], other[16..]);
        Assert.NotEqual(one[SealHeader.Length..], other[SealHeader.Length..]);
    }

    private static byte[] Seal(byte[] plain)
    {
        using MemoryStream file = new();
        using SealingStream sealing = new(file, SealHeader.Create(Passphrase, rounds: 10));
        // In pieces of odd sizes, as a tar comes.
        for (var at = 0; at < plain.Length; at += 7_001)
        {
            sealing.Write(plain.AsSpan(at, Math.Min(7_001, plain.Length - at)));
        }

        sealing.Complete();
        return file.ToArray();
    }

    private static byte[] Open(byte[] file)
    {
        using MemoryStream source = new(file);
        using OpeningStream opening = new(source, SealHeader.Read(source, Passphrase));
        using MemoryStream plain = new();
        opening.CopyTo(plain);
        return plain.ToArray();
    }
}
