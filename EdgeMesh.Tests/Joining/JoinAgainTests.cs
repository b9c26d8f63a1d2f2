using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using EdgeMesh.Core.Trust;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Joining;

/// <summary>The line from "Add a device" is pasted again on a device that has the agent: for another mesh, for an update, after the dashboard got another key.</summary>
public sealed class JoinAgainTests : IAsyncLifetime
{
    private static readonly KeyPin s_first = KeyPin.Of([1]), s_other = KeyPin.Of([2]);
    private readonly TemporaryDirectory _directory = new();
    private WebApplication _dashboard = null!;
    private byte[] _archive = [];
    private int _fetched;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _dashboard = builder.Build();
        _dashboard.MapGet("/download/agent/{rid}/sha256", () => Convert.ToHexStringLower(SHA256.HashData(_archive)));
        _dashboard.MapGet("/download/agent/{rid}", () =>
        {
            _fetched++;
            return Results.Bytes(_archive);
        });
        await _dashboard.StartAsync(Test);
    }

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Script_RunAgain_FetchesOnlyWhatIsNew_AndSaysWhenTheKeyIsAnother()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "It is a shell's script.");
        _archive = Agent("1.0");
        var first = await RunAsync(s_first);
        Assert.Contains("Installed 1.0", first, StringComparison.Ordinal);
        Assert.Contains("joined with em1.AAAA: join - --name Kitchen", first, StringComparison.Ordinal);
        Assert.DoesNotContain("another key", first, StringComparison.Ordinal);
        Assert.Equal((1, s_first.Base64), (_fetched, Kept("pin")));

        var same = await RunAsync(s_first);
        Assert.Contains("is the dashboard's already", same, StringComparison.Ordinal);
        Assert.Contains("joined with em1.AAAA", same, StringComparison.Ordinal);
        Assert.DoesNotContain("another key", same, StringComparison.Ordinal);
        Assert.Equal(1, _fetched);

        var replaced = await RunAsync(s_other);
        Assert.Contains("has another key than when this agent was installed", replaced, StringComparison.Ordinal);
        Assert.Equal((1, s_other.Base64), (_fetched, Kept("pin")));

        _archive = Agent("2.0");
        var updated = await RunAsync(s_other);
        Assert.Contains("Installed 2.0", updated, StringComparison.Ordinal);
        Assert.DoesNotContain("another key", updated, StringComparison.Ordinal);
        Assert.Equal((2, Convert.ToHexStringLower(SHA256.HashData(_archive))), (_fetched, Kept("sha256")));
    }

    private string Kept(string word) => File.ReadLines(_directory["installed/installed"]).Single(l => l.StartsWith($"{word} ", StringComparison.Ordinal))[(word.Length + 1)..];

    private async Task<string> RunAsync(KeyPin pin)
    {
        await File.WriteAllTextAsync(_directory["join.sh"], JoinScripts.ForShell(new Uri(_dashboard.Urls.First()), pin), Test);
        Dictionary<string, string> environment = new() { ["EDGEMESH_TOKEN"] = "em1.AAAA", ["EDGEMESH_HOME"] = _directory["installed"], ["EDGEMESH_BIN"] = _directory["bin"] };
        await using var shell = ChildProcess.StartProgram(["sh", _directory["join.sh"], "--no-service", "--name", "Kitchen"], environment);
        var exit = await shell.ExitAsync(TimeSpan.FromSeconds(30));
        await shell.EndOfOutputAsync();
        Assert.True(exit == 0, shell.Output);
        return shell.Output;
    }

    /// <summary>An agent that tells what it was given.</summary>
    private static byte[] Agent(string version)
    {
        using MemoryStream archive = new();
        using (GZipStream packed = new(archive, CompressionMode.Compress, leaveOpen: true))
        using (TarWriter files = new(packed))
        {
            var script = $"#!/bin/sh\nif [ \"$1\" = --version ]; then echo {version}; else read -r token; echo \"joined with $token: $*\"; fi\n";
            files.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "edgemesh-agent")
            {
                DataStream = new MemoryStream(System.Text.Encoding.ASCII.GetBytes(script)), Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            });
        }

        return archive.ToArray();
    }
}
