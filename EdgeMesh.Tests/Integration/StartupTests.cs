using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Hosting;
using EdgeMesh.Dashboard.Health;
using EdgeMesh.Dashboard.Storage;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace EdgeMesh.Tests.Integration;

/// <summary>A data folder that cannot be used ends the start with one sentence that names the file and what to do, before anything is made or changed.</summary>
public sealed class StartupTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Process_SaysOneSentence_AndNothingElse()
    {
        using var directory = await FolderAsync();
        await File.WriteAllTextAsync(directory["data/edgemesh.db"], "This is my diary, and no database at all.", Test);
        await RefusedAsync(directory["data"], directory["data/edgemesh.db"], "restore FILE");
    }

    [Theory]
    [InlineData("admin.key", "", "makes a new one")]
    [InlineData("admin.key", "hello", "makes a new one")]
    [InlineData("orchestrator/device.key", "", "Restore a backup")]
    [InlineData("device/device.key", "", "becomes a new device")]
    public async Task Key_ThatIsNone_IsNamed(string file, string content, string remedy)
    {
        using var directory = await FolderAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(directory["data/" + file])!);
        await File.WriteAllTextAsync(directory["data/" + file], content, Test);
        Refused(directory["data"], directory["data/" + file], remedy);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(0.75)]
    public async Task Database_CutOff_IsNamed(double share)
    {
        using var directory = await FolderAsync();
        var database = directory["data/edgemesh.db"];
        await using (var file = new FileStream(database, FileMode.Open))
        {
            file.SetLength((long)(file.Length * share));
        }

        Refused(directory["data"], database, share == 0 ? "begin a new mesh" : "restore FILE");
    }

    [Fact]
    public async Task Database_WithoutItsHeader_IsNamed()
    {
        using var directory = await FolderAsync();
        await using (var file = new FileStream(directory["data/edgemesh.db"], FileMode.Open))
        {
            file.Write(new byte[100]);
        }

        Refused(directory["data"], directory["data/edgemesh.db"], "restore FILE");
    }

    [Fact]
    public async Task Database_GoneBesideTheKeysOfTheMesh_IsNotMadeAnew()
    {
        using var directory = await FolderAsync();
        File.Delete(directory["data/edgemesh.db"]);
        Refused(directory["data"], directory["data/edgemesh.db"], "begin a new mesh");
        Assert.False(File.Exists(directory["data/edgemesh.db"]));
    }

    [Fact]
    public async Task Database_OfANewerVersion_IsLeftAsItIs()
    {
        using var directory = await FolderAsync();
        await SqlAsync(directory["data/edgemesh.db"], "INSERT INTO __EFMigrationsHistory VALUES ('20990101000000_FromTheFuture', '99.0')");
        Refused(directory["data"], "20990101000000_FromTheFuture", "Start the newer version");
    }

    [Fact]
    public async Task Database_WithDamagedPages_StartsAndSaysSo()
    {
        using var directory = await FolderAsync();
        var database = directory["data/edgemesh.db"];
        await SqlAsync(database, "CREATE TABLE Filler (Id INTEGER PRIMARY KEY, Text TEXT); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) INSERT INTO Filler SELECT i, hex(randomblob(50)) FROM n; PRAGMA wal_checkpoint(TRUNCATE)");
        await using (var file = new FileStream(database, FileMode.Open))
        {
            file.Position = file.Length - (20 * 4_096);
            file.Write([.. Enumerable.Repeat((byte)0xEE, 3 * 4_096)]);
        }

        await using var mesh = await MeshHost.StartAsync(directory["data"]);
        var health = mesh.Services.GetRequiredService<IStorageHealth>();
        await Until.TrueAsync("the damage to be found", () => health.Current.Condition == StorageCondition.Damaged);
        Assert.True(health.Current.CanStore);
        Assert.Contains(database, health.Current.Problem!.Detail, StringComparison.Ordinal);
        Assert.Empty((await mesh.GetAsync("/api/jobs")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Disk_ReadOnly_IsNamed()
    {
        await using var disk = await SmallDisk.MountAsync();
        await using (await MeshHost.StartAsync(disk["data"]))
        {
        }

        SqliteConnection.ClearAllPools();
        await disk.RemountAsync(readOnly: true);
        try
        {
            Refused(disk["data"], disk["data"], "--data DIR");
        }
        finally
        {
            await disk.RemountAsync(readOnly: false);
        }
    }

    [Fact]
    public async Task Disk_Full_IsNamed()
    {
        await using var disk = await SmallDisk.MountAsync();
        await using (await MeshHost.StartAsync(disk["data"]))
        {
        }

        SqliteConnection.ClearAllPools();
        disk.Fill();
        Refused(disk["data"], disk["data"], "Free space on that disk");
        disk.Free();
        await using var again = await MeshHost.StartAsync(disk["data"]);
    }

    [Fact]
    public async Task Start_OfWhatNeedsNoChange_WritesNothing()
    {
        using var directory = await FolderAsync();
        var database = directory["data/edgemesh.db"];
        var before = await File.ReadAllBytesAsync(database, Test);
        DatabaseOpening.Open(new StoragePlace(directory["data"], database));
        SqliteConnection.ClearAllPools();
        Assert.Equal(before, await File.ReadAllBytesAsync(database, Test));
    }

    /// <summary>A data folder that was used once.</summary>
    private static async Task<TemporaryDirectory> FolderAsync()
    {
        TemporaryDirectory directory = new();
        await using (await MeshHost.StartAsync(directory["data"]))
        {
        }

        SqliteConnection.ClearAllPools();
        return directory;
    }

    private static void Refused(string data, params string[] words)
    {
        var refusal = Assert.Throws<StartupException>(() => DashboardApp.Build(new DashboardArguments("http://127.0.0.1:0", data)));
        Assert.Equal(1, refusal.ExitCode);
        Assert.All(words, w => Assert.Contains(w, refusal.Message, StringComparison.Ordinal));
        SqliteConnection.ClearAllPools();
    }

    private static async Task RefusedAsync(string data, params string[] words)
    {
        await using var process = ChildProcess.Start(BuiltPrograms.Dashboard, ["--urls", "http://127.0.0.1:0", "--data", data]);
        Assert.Equal(1, await process.ExitAsync(TimeSpan.FromSeconds(60)));
        await process.EndOfOutputAsync();
        Assert.All(words, w => Assert.Contains(w, process.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("\n", process.Output.Trim(), StringComparison.Ordinal);
    }

    private static async Task SqlAsync(string database, string sql)
    {
        await using SqliteConnection connection = new($"Data Source={database};Pooling=False");
        await connection.OpenAsync(Test);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // constants of the tests
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Test);
    }
}
