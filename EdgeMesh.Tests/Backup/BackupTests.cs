using System.Formats.Tar;
using System.IO.Compression;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Backup;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Data.Sqlite;

namespace EdgeMesh.Tests.Backup;

/// <summary>A backup made while the dashboard works is one consistent state of it, and a restore changes nothing unless everything is right.</summary>
public sealed class BackupTests : IDisposable
{
    private const string Passphrase = "tidal mill, five words";
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory["mesh.backup"];

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restored_HasTheJobsDevicesAndKeys_OfAMomentUnderLoad()
    {
        string key;
        DeviceId device;
        List<string> accepted = [];
        await using (var mesh = await MeshHost.StartAsync(_directory["data"]))
        {
            device = (await mesh.JoinAsync("One")).Id;
            key = await System.IO.File.ReadAllTextAsync(Path.Combine(mesh.Data, "admin.key"), Test);
            for (var n = 0; n < 20; n++)
            {
                accepted.Add((await mesh.EndedAsync(await mesh.SubmitAsync(Samples.Request(JobKind.Echo, $"before {n}")))).Id.Value);
            }

            using CancellationTokenSource stop = new();
            var load = Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await mesh.SubmitAsync(Samples.Request(JobKind.Echo, "meanwhile"));
                }
            }, Test);
            await System.IO.File.WriteAllTextAsync(Path.Combine(mesh.Data, "models.json.new"), "half", Test);
            BackupWriter.Write(mesh.Data, File, Passphrase, TimeProvider.System);
            await stop.CancelAsync();
            await load;
            Assert.Empty(Directory.EnumerateFiles(mesh.Data, BackupContents.Temporary + "*"));
        }

        var (manifest, files) = Restore(_directory["restored"]);
        Assert.Equal((Environment.MachineName, true), (manifest.Machine, files > 3));
        Assert.Equal(key, await System.IO.File.ReadAllTextAsync(_directory["restored/admin.key"], Test));
        Assert.Equal(await System.IO.File.ReadAllBytesAsync(_directory["data/ca/authority.pem"], Test), await System.IO.File.ReadAllBytesAsync(_directory["restored/ca/authority.pem"], Test));
        Assert.All((string[])["edgemesh.lock", "models.json.new", "login-link.json"], left => Assert.False(Path.Exists(_directory["restored/" + left])));
        Assert.Equal(manifest.MadeAt, RestoredFrom.Read(_directory["restored"])!.MadeAt);
        Assert.All(Directory.EnumerateFiles(_directory["restored"], "*", SearchOption.AllDirectories), f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? UnixFileMode.UserRead | UnixFileMode.UserWrite : System.IO.File.GetUnixFileMode(f)));

        await using var restored = await MeshHost.StartAsync(_directory["restored"]);
        Assert.NotNull(restored.Fleet.Current.Find(device));
        foreach (var id in accepted)
        {
            Assert.Equal(JobState.Succeeded, (await restored.Jobs.GetAsync(new JobId(id), Test))!.State);
        }

        // Every job of that moment is whole: its row and its events.
        Assert.Equal(0, await restored.SqlAsync("SELECT COUNT(*) FROM Jobs WHERE Id NOT IN (SELECT JobId FROM Journal)"));
        Assert.Equal(0, await restored.SqlAsync("SELECT COUNT(*) FROM Journal WHERE JobId NOT IN (SELECT Id FROM Jobs)"));
    }

    [Fact]
    public async Task Backup_OverwritesNothing_AndLeavesNothingHalf()
    {
        await FolderAsync();
        await System.IO.File.WriteAllTextAsync(File, "precious", Test);
        Assert.Contains("exists already", Assert.Throws<BackupException>(() => BackupWriter.Write(_directory["data"], File, Passphrase, TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Equal("precious", await System.IO.File.ReadAllTextAsync(File, Test));
        Assert.Throws<BackupException>(() => BackupWriter.Write(_directory["data"], _directory["missing/mesh.backup"], Passphrase, TimeProvider.System));
        Assert.Throws<BackupException>(() => BackupWriter.Write(_directory["nothing"], _directory["other.backup"], Passphrase, TimeProvider.System));
        Assert.Equal(["data", "mesh.backup"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.EnumerateFiles(_directory["data"], BackupContents.Temporary + "*"));
    }

    [Fact]
    public async Task Restore_IntoAFolderWithFiles_OrOfADamagedFile_ChangesNothing()
    {
        await FolderAsync();
        BackupWriter.Write(_directory["data"], File, Passphrase, TimeProvider.System);
        Assert.Contains("nothing is overwritten", Assert.Throws<BackupException>(() => Restore(_directory["data"])).Message, StringComparison.Ordinal);

        var bytes = await System.IO.File.ReadAllBytesAsync(File, Test);
        bytes[^100] ^= 1;
        await System.IO.File.WriteAllBytesAsync(File, bytes, Test);
        Assert.Contains("damaged", Assert.Throws<BackupException>(() => Restore(_directory["restored"])).Message, StringComparison.Ordinal);
        Assert.Equal(["data", "mesh.backup"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("../outside", "no backup has")]
    [InlineData("/etc/passwd", "no backup has")]
    [InlineData("a/../../b", "no backup has")]
    [InlineData("edgemesh.db", "cannot be used")]
    public void Restore_OfWhatNobodyBackedUp_IsRefused(string name, string words)
    {
        using (var file = System.IO.File.Create(File))
        using (SealingStream sealing = new(file, SealHeader.Create(Passphrase, rounds: 10)))
        {
            using (GZipStream compressing = new(sealing, CompressionLevel.Fastest, leaveOpen: true))
            using (TarWriter tar = new(compressing, TarEntryFormat.Pax))
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, BackupManifest.FileName) { DataStream = new MemoryStream("""{"format":1,"version":"1","madeAt":"2026-01-01T00:00:00Z","machine":"x"}"""u8.ToArray()) });
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("no database"u8.ToArray()) });
            }

            sealing.Complete();
        }

        Assert.Contains(words, Assert.Throws<BackupException>(() => Restore(_directory["restored"])).Message, StringComparison.Ordinal);
        Assert.Equal(["mesh.backup"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Commands_OfTheRealProgram_MakeAndRestoreABackupOfARunningDashboard()
    {
        await System.IO.File.WriteAllTextAsync(_directory["passphrase"], Passphrase + "\n", Test);
        string[] with = ["--passphrase-file", _directory["passphrase"]];
        await using (var dashboard = await DashboardProcess.StartAsync(_directory["data"], 0, "--no-embedded-device"))
        {
            Assert.Equal(0, (await RunAsync(["backup", File, "--data", _directory["data"], .. with])).Code);
            var (code, output) = await RunAsync(["backup", File, "--data", _directory["data"], .. with]);
            Assert.Equal((1, true), (code, output.Contains("exists already", StringComparison.Ordinal)));
            Assert.Contains("already uses", (await RunAsync("--data", _directory["data"])).Output, StringComparison.Ordinal);
        }

        await System.IO.File.WriteAllTextAsync(_directory["passphrase"], "another passphrase", Test);
        Assert.Contains("passphrase is wrong", (await RunAsync(["restore", File, "--data", _directory["restored"], .. with])).Output, StringComparison.Ordinal);
        await System.IO.File.WriteAllTextAsync(_directory["passphrase"], Passphrase, Test);
        Assert.Contains("same dashboard to every device", (await RunAsync(["restore", File, "--data", _directory["restored"], .. with])).Output, StringComparison.Ordinal);
        await using var restored = await DashboardProcess.StartAsync(_directory["restored"], 0, "--no-embedded-device");
        Assert.Contains("restored from a backup", restored.Process.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _directory.Dispose();

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = ChildProcess.Start(BuiltPrograms.Dashboard, arguments);
        var code = await process.ExitAsync(TimeSpan.FromSeconds(60));
        await process.EndOfOutputAsync();
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
        return (code, process.Output);
    }

    private async Task FolderAsync()
    {
        await using (await MeshHost.StartAsync(_directory["data"]))
        {
        }

        SqliteConnection.ClearAllPools();
    }

    private (BackupManifest Manifest, int Files) Restore(string target) => BackupReader.Restore(File, target, Passphrase, TimeProvider.System, BackupCommand.Check);
}
