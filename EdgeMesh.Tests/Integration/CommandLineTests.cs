using System.Net;
using System.Net.Sockets;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>The dashboard's command line, as a person types it.</summary>
public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_NamesEveryOptionAndVersionIsOneLine()
    {
        var (code, help) = await RunAsync("--help");
        Assert.Equal(0, code);
        Assert.All((string[])["--urls", "--data", "--no-embedded-device", "--lan", "--lan-port", "--version"], option => Assert.Contains(option, help, StringComparison.Ordinal));

        var (versionCode, version) = await RunAsync("--version");
        Assert.Equal(0, versionCode);
        Assert.Matches(@"^\d+\.\d+\.\d+\s*$", version);
    }

    [Theory]
    [InlineData("--nonsense")]
    [InlineData("--data")]
    [InlineData("extra")]
    [InlineData("--urls", "http://0.0.0.0:8080")]
    [InlineData("--urls", "http://192.168.1.4:8080")]
    [InlineData("--urls", "http://*:8080")]
    [InlineData("--urls", "ftp://localhost")]
    [InlineData("--urls", "nonsense")]
    [InlineData("--urls", "http://localhost:0")]
    public async Task BadUsage_IsASentenceAndExitCode2(params string[] arguments)
    {
        using var directory = new TemporaryDirectory();
        var (code, output) = await RunAsync([.. arguments, .. arguments is ["--data"] ? (string[])[] : ["--data", directory["data"]]]);
        Assert.Equal(2, code);
        Assert.NotEmpty(output);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_InUse_IsSaidInWords()
    {
        using var directory = new TemporaryDirectory();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var (code, output) = await RunAsync("--urls", url, "--data", directory["data"]);

        Assert.Equal(1, code);
        Assert.Contains($"{url} is taken", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_FolderOfAnotherProgram_IsLeftAlone()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["holiday.jpg"], "x", TestContext.Current.CancellationToken);
        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--data", directory.Path);
        Assert.Equal(1, code);
        Assert.Contains("other files", output, StringComparison.Ordinal);
        Assert.Equal([directory["holiday.jpg"]], Directory.EnumerateFileSystemEntries(directory.Path));
    }

    [Fact]
    public async Task Data_FolderOfAnotherUser_IsRefusedAndLeftAlone()
    {
        Stranger.Required();
        using var directory = new TemporaryDirectory();
        Directory.CreateDirectory(directory["data"]);
        await Mesh.LabTool.RunAsync("chown", "65534:65534", directory["data"]);
        var (code, output) = await RunAsync("--urls", "http://127.0.0.1:0", "--data", directory["data"]);
        Assert.Equal(1, code);
        Assert.Contains("belongs to another user (uid 65534)", output, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(directory["data"]));
    }

    [Theory]
    [InlineData("EdgeMesh__Jobs__MaxTextBytes", "5")]
    [InlineData("EdgeMesh__Orchestrator__MaxOpenJobs", "0")]
    [InlineData("EdgeMesh__Orchestrator__MaxAttempts", "many")]
    [InlineData("EdgeMesh__Artifacts__MaxBytes", "-1")]
    [InlineData("EdgeMesh__JoinTokenMinutes", "0")]
    public async Task Configuration_OutOfRange_IsSaidInWords(string name, string value)
    {
        using var directory = new TemporaryDirectory();
        await using var process = ChildProcess.Start(
            BuiltPrograms.Dashboard, ["--urls", "http://127.0.0.1:0", "--data", directory["data"]], new Dictionary<string, string> { [name] = value });
        await Until.TrueAsync("it to end", () => process.HasExited);
        Assert.Equal(1, process.ExitCode);
        await Until.TrueAsync("its words", () => process.Output.Contains(name.Split("__")[^1], StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NoEmbeddedDevice_IsReadyWithoutOneAndTellsNoSecretButTheLoginUrl()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");

        Assert.Empty(await dashboard.DevicesAsync());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await dashboard.PostAsync("/api/jobs", new { kind = "echo", text = "x" })).Status);
        var token = await dashboard.JoinTokenAsync();
        using (var wrong = dashboard.NewClient("em_wrong"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync(new Uri("/api/devices", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
            Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync(new Uri("/login?t=not-the-token", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        }

        Assert.Equal(0, await dashboard.Process.InterruptAsync());
        var login = dashboard.LoginUrl.Query[3..];
        Assert.Single(dashboard.Process.Output.Split('\n'), l => l.Contains(login, StringComparison.Ordinal));
        Assert.All((string[])[dashboard.AdminKey, token, "em_wrong", "not-the-token"], secret => Assert.DoesNotContain(secret, dashboard.Process.Output, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", dashboard.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_OfTheRealDashboard_AnswerWrongPathsAndMethodsAsTheApiDoes()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        Assert.Equal("path_unknown", (await dashboard.PostAsync("/api/nothing/at/all")).Body.GetProperty("code").GetString());
        using var wrong = await dashboard.Client.GetAsync(new Uri("/api/plan", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, wrong.StatusCode);
        Assert.Equal("application/problem+json", wrong.Content.Headers.ContentType!.MediaType);

        using var anonymous = dashboard.NewClient(null);
        using var page = await anonymous.GetAsync(new Uri("/jobs?state=Failed", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, page.StatusCode);
        Assert.StartsWith("/login?returnUrl=", page.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var link = await anonymous.GetAsync(new Uri("/agent/link", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.BadRequest, link.StatusCode);
        Assert.Equal("application/problem+json", link.Content.Headers.ContentType!.MediaType);
        using var script = await anonymous.GetAsync(new Uri("/_framework/blazor.web.js", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory["data"]));
            foreach (var file in Directory.EnumerateFiles(directory["data"], "*", SearchOption.AllDirectories))
            {
                var mode = File.GetUnixFileMode(file);
                Assert.True((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) == 0, $"{file} is {mode}.");
            }
        }
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = ChildProcess.Start(BuiltPrograms.Dashboard, arguments);
        await Until.TrueAsync("it to end", () => process.HasExited);
        await Until.TrueAsync("its words", () => process.Output.Length > 0);
        return (process.ExitCode, process.Output);
    }
}
