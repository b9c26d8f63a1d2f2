using System.Formats.Tar;
using System.IO.Compression;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Models.Store.Sources;

namespace EdgeMesh.Tests.Agent.Models.Store.Archives;

/// <summary>Archives that a person uploads: good ones are unpacked, hostile ones end by name and leave nothing.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly StoreFixture _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData("m.zip")]
    [InlineData("m.tar")]
    [InlineData("m.tar.gz")]
    [InlineData("m.tgz")]
    public async Task Install_Archive_HasItsFilesWithoutTheCommonFolder(string name)
    {
        var manifest = await InstallAsync(name, Archive(name, ("top/config.json", [1]), ("top/onnx/model.onnx", [2, 3])));
        Assert.Equal(["config.json", "onnx/model.onnx"], manifest.Files.Select(f => f.Path));
        Assert.Equal([2, 3], _store.Read("m", "onnx/model.onnx"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store["staging"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_store["partial"]));
    }

    [Theory]
    [InlineData("m.zip", "../evil")]
    [InlineData("m.zip", "a/../../evil")]
    [InlineData("m.zip", "/evil")]
    [InlineData("m.zip", "C:/evil")]
    [InlineData("m.zip", "a\\..\\evil")]
    [InlineData("m.zip", "NUL.onnx")]
    [InlineData("m.zip", "a//b")]
    [InlineData("m.tar", "../evil")]
    [InlineData("m.tar", "/evil")]
    [InlineData("m.tar.gz", "x/../../evil")]
    public async Task Install_NameThatLeadsOutside_IsUnsafe(string name, string evil)
    {
        await FailsAsync(name, Archive(name, ("good", [1]), (evil, [6])), StoreFailure.UnsafePath);
        Assert.False(File.Exists(_store["../evil"]) || File.Exists("/evil"));
    }

    [Theory]
    [InlineData("m.zip")]
    [InlineData("m.tar.gz")]
    public async Task Install_ArchiveOfNothingButZeros_IsStopped(string name)
    {
        var archive = Archive(name, ("model.onnx", [1]), ("weights.bin", new byte[80 << 20]));
        Assert.InRange(archive.Length, 1, 1 << 20);
        await FailsAsync(name, archive, StoreFailure.BadArchive);
    }

    [Fact]
    public async Task Install_TwoNamesForOneFile_IsUnsafe() =>
        await FailsAsync("m.zip", Archive("m.zip", ("a.bin", [1]), ("A.BIN", [2])), StoreFailure.UnsafePath);

    [Fact]
    public async Task Install_ZipWithSymbolicLink_IsUnsafe()
    {
        var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            var entry = zip.CreateEntry("model.onnx");
            entry.ExternalAttributes = unchecked((int)0xA1FF0000);
            using var writer = new StreamWriter(entry.Open());
            await writer.WriteAsync("/etc/passwd");
        }

        await FailsAsync("m.zip", archive.ToArray(), StoreFailure.UnsafePath);
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    public async Task Install_TarWithLink_IsUnsafe(TarEntryType type)
    {
        var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(type, "model.onnx") { LinkName = "/etc/passwd" }, TestContext.Current.CancellationToken);
        }

        await FailsAsync("m.tar", archive.ToArray(), StoreFailure.UnsafePath);
    }

    [Theory]
    [InlineData("m.zip")]
    [InlineData("m.tar.gz")]
    public async Task Install_BombOfZeros_IsStoppedAtTheLimit(string name)
    {
        _store.Limits = _store.Limits with { MostModelBytes = 1_000_000 };
        var bomb = Archive(name, ("zeros.onnx", new byte[50_000_000]));
        Assert.True(bomb.Length < 500_000);
        await FailsAsync(name, bomb, StoreFailure.TooLarge);
    }

    [Theory]
    [InlineData("m.zip")]
    [InlineData("m.tar")]
    [InlineData("m.tar.gz")]
    public async Task Install_DamagedArchive_IsNamed(string name)
    {
        var whole = Archive(name, ("model.onnx", StoreFixture.Bytes(100_000)));
        await FailsAsync(name, whole[..(whole.Length / 2)], StoreFailure.BadArchive);
        await FailsAsync(name, StoreFixture.Bytes(5_000), StoreFailure.BadArchive);
    }

    [Fact]
    public async Task Install_ArchiveTooBigForMemory_IsRefusedBeforeItIsInstalled()
    {
        _store.Room = _store.Room with { Memory = () => MemoryEstimate.BesideWeights + 10 };
        await FailsAsync("m.zip", Archive("m.zip", ("model.onnx", new byte[11])), StoreFailure.NotEnoughMemory);
        await InstallAsync("m.zip", Archive("m.zip", ("model.onnx", new byte[10])));
    }

    [Fact]
    public async Task Install_EmptyArchive_IsNamed() => await FailsAsync("m.zip", Archive("m.zip"), StoreFailure.BadArchive);

    [Fact]
    public async Task Install_UploadShorterThanAnnounced_IsTruncated() =>
        await _store.FailsAsync(new UploadSource("model.gguf", new MemoryStream([1, 2]), 3), StoreFailure.Truncated);

    [Fact]
    public async Task Install_UploadLongerThanAnnounced_IsTooLarge() =>
        await _store.FailsAsync(new UploadSource("model.gguf", new MemoryStream([1, 2, 3, 4]), 3), StoreFailure.TooLarge);

    [Theory]
    [InlineData("../model.gguf")]
    [InlineData("C:\\model.gguf")]
    [InlineData("")]
    public async Task Install_UploadWithUnsafeName_IsRefused(string name) =>
        await _store.FailsAsync(new UploadSource(name, new MemoryStream([1]), 1), StoreFailure.UnsafePath);

    private Task<ModelManifest> InstallAsync(string name, byte[] archive) =>
        _store.InstallAsync(new UploadSource(name, new MemoryStream(archive), archive.Length));

    private Task FailsAsync(string name, byte[] archive, StoreFailure failure) =>
        _store.FailsAsync(new UploadSource(name, new MemoryStream(archive), archive.Length), failure);

    private static byte[] Archive(string name, params (string Path, byte[] Content)[] files)
    {
        var result = new MemoryStream();
        if (name.EndsWith(".zip", StringComparison.Ordinal))
        {
            using (var zip = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
            {
                foreach (var (path, content) in files)
                {
                    using var stream = zip.CreateEntry(path).Open();
                    stream.Write(content);
                }
            }

            return result.ToArray();
        }

        using (var packed = name.EndsWith(".tar", StringComparison.Ordinal) ? (Stream)new BufferedStream(result) : new GZipStream(result, CompressionLevel.Optimal, leaveOpen: true))
        {
            using var tar = new TarWriter(packed, leaveOpen: true);
            foreach (var (path, content) in files)
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(content) });
            }

            tar.Dispose();
            packed.Flush();
            if (packed is BufferedStream)
            {
                return result.ToArray();
            }
        }

        return result.ToArray();
    }
}
