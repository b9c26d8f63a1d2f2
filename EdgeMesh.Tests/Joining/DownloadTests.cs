using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Joining;

/// <summary>What a device that nobody knows yet may fetch.</summary>
public sealed class DownloadTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Anonymous_GetsTheAgentWithItsChecksumAndAScriptThatIsValid()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        using var anonymous = dashboard.NewClient(null);
        anonymous.Timeout = TimeSpan.FromMinutes(3);
        var own = Platforms.Own;

        var wanted = (await anonymous.GetStringAsync(new Uri($"/download/agent/{own}/sha256", UriKind.Relative), Test)).Trim();
        var archive = await anonymous.GetByteArrayAsync(new Uri($"/download/agent/{own}", UriKind.Relative), Test);
        Assert.Equal(wanted, Convert.ToHexStringLower(SHA256.HashData(archive)));

        var unpacked = Directory.CreateDirectory(directory["agent"]).FullName;
        await using (var gzip = new System.IO.Compression.GZipStream(new MemoryStream(archive), System.IO.Compression.CompressionMode.Decompress))
        {
            await System.Formats.Tar.TarFile.ExtractToDirectoryAsync(gzip, unpacked, overwriteFiles: false, Test);
        }

        using var program = Process.Start(new ProcessStartInfo(Path.Combine(unpacked, "edgemesh-agent"), ["--version"]) { RedirectStandardOutput = true })!;
        Assert.Equal(EdgeMesh.Agent.AgentVersion.Current, (await program.StandardOutput.ReadToEndAsync(Test)).Trim());
        Assert.False(File.Exists(Path.Combine(unpacked, "MudBlazor.dll")), "Only the agent's files are in it.");

        var script = await anonymous.GetStringAsync(new Uri("/join.sh", UriKind.Relative), Test);
        Assert.Contains($"base='{dashboard.Address.GetLeftPart(UriPartial.Authority)}'", script, StringComparison.Ordinal);
        Assert.DoesNotContain(dashboard.AdminKey, script, StringComparison.Ordinal);
        await File.WriteAllTextAsync(directory["join.sh"], script, Test);
        using var check = Process.Start(new ProcessStartInfo("sh", ["-n", directory["join.sh"]]))!;
        await check.WaitForExitAsync(Test);
        Assert.Equal(0, check.ExitCode);
    }

    [Fact]
    public async Task Platform_NotThere_NamesTheCommandThatMakesIt()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        using var anonymous = dashboard.NewClient(null);
        using var unknown = await anonymous.GetAsync(new Uri("/download/agent/..%2F..%2Fadmin.key", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        var missing = Platforms.All.First(rid => rid != Platforms.Own && AgentPackages.Folders(null).All(f => !File.Exists(Path.Combine(f, Platforms.ArchiveName(rid)))));
        using var other = await anonymous.GetAsync(new Uri($"/download/agent/{missing}", UriKind.Relative), Test);
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        Assert.Contains($"eng/publish-agents {missing}", await other.Content.ReadAsStringAsync(Test), StringComparison.Ordinal);
    }
}
