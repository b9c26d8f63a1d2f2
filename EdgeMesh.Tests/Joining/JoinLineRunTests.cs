using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EdgeMesh.Dashboard.Joining;
using EdgeMesh.Tests.Integration.Trust;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Joining;

/// <summary>The line from "Add a device", run by a real shell with real curl.</summary>
public sealed class JoinLineRunTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Line_OfADashboardWithItsOwnCertificate_JoinsAndIsNeverInTheProcessList(bool rsa)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It reads /proc.");
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["own.pem"], OwnPem(rsa), Test);
        await using var mesh = await LanMesh.StartAsync(("EdgeMesh:Lan:CertificatePath", directory["own.pem"]));
        var (_, made) = await mesh.Dashboard.PostAsync("/api/join-tokens");
        var (line, token) = (made.GetProperty("commands").GetProperty("linux").GetString()!, made.GetProperty("token").GetString()!);
        Assert.Contains("--pinnedpubkey", line, StringComparison.Ordinal);

        // Pasted, as it were: the shell reads it from its input.
        var environment = new Dictionary<string, string>
        {
            ["HOME"] = directory["home"], ["EDGEMESH_HOME"] = directory["installed"], ["EDGEMESH_BIN"] = directory["bin"], ["XDG_DATA_HOME"] = Directory.CreateDirectory(directory["data"]).FullName,
        };
        await File.WriteAllTextAsync(directory["line"], $"{line} --run --name Pasted\n", Test);
        await using var shell = ChildProcess.StartProgram(["sh", "-c", "exec sh < \"$0\"", directory["line"]], environment);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Test);
        var seen = WatchAsync(token, over.Token);
        await shell.LineAsync(l => l.StartsWith("Linked to ", StringComparison.Ordinal), TimeSpan.FromMinutes(3));
        await mesh.OnlineAsync("Pasted");
        await over.CancelAsync();
        var (looks, found) = await seen;

        Assert.True(looks > 10, $"Only {looks} looks at the processes.");
        Assert.Empty(found);
        var kept = await File.ReadAllLinesAsync(Path.Combine(directory["installed"], "installed"), Test);
        Assert.Contains(kept, l => l.StartsWith("sha256 ", StringComparison.Ordinal) && l.Length == 71);
        Assert.Contains(kept, l => l.StartsWith("pin ", StringComparison.Ordinal) && line.Contains(l[4..], StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(directory["installed"], "installed")));
        }
    }

    [Fact]
    public async Task Script_GivenTheTokenAsAnArgument_Refuses()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["join.sh"], JoinScripts.ForShell(new Uri("http://localhost:9"), null), Test);
        await using var shell = ChildProcess.StartProgram(["sh", directory["join.sh"], "em1.AAAA"]);
        Assert.NotEqual(0, await shell.ExitAsync(TimeSpan.FromSeconds(20)));
        await shell.EndOfOutputAsync();
        Assert.Contains("not an argument", shell.Output, StringComparison.Ordinal);
    }

    private static string OwnPem(bool rsa)
    {
        using var p256 = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var big = RSA.Create(2048);
        var request = rsa ? new CertificateRequest("CN=mesh.example", big, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) : new CertificateRequest("CN=mesh.example", p256, HashAlgorithmName.SHA256);
        using var own = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        return $"{own.ExportCertificatePem()}\n{(rsa ? big.ExportPkcs8PrivateKeyPem() : p256.ExportPkcs8PrivateKeyPem())}\n";
    }

    // Until it is cancelled, as fast as it can, as another user of the machine could.
    private static Task<(int Looks, List<string> Found)> WatchAsync(string token, CancellationToken over) => Task.Run(
        () =>
        {
            var looks = 0;
            List<string> found = [];
            for (; !over.IsCancellationRequested; looks++)
            {
                foreach (var process in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
                {
                    try
                    {
                        var arguments = File.ReadAllText(Path.Combine(process, "cmdline"));
                        if (arguments.Contains(token, StringComparison.Ordinal))
                        {
                            found.Add(arguments.Replace('\0', ' '));
                        }
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        // It ended meanwhile.
                    }
                }

                Thread.Yield();
            }

            return (looks, found);
        },
        CancellationToken.None);
}
