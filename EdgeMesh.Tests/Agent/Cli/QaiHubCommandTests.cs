using EdgeMesh.QaiHub.Emulator;
using EdgeMesh.QaiHub.Emulator.Configuration;
using EdgeMesh.QaiHub.Emulator.Faults;
using EdgeMesh.Tests.QaiHub.Emulator;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Cli;

/// <summary><c>edgemesh-agent qaihub …</c>: the real program against the emulator.</summary>
public sealed class QaiHubCommandTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private EmulatorHost _hub = null!;

    public async ValueTask InitializeAsync() =>
        _hub = await EmulatorHost.StartAsync(new EmulatorOptions { Folder = _directory["hub"], Speed = 50_000, Token = "token-of-the-test-01" }, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Doctor_TokenRightOrWrong_ExitsWithZeroOrOne()
    {
        var (code, output) = await RunAsync("doctor");
        Assert.Equal(0, code);
        Assert.Contains("This is an emulator", output, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of-the-test-01", output, StringComparison.Ordinal);
        var (wrong, words) = await RunAsync(["doctor"], token: "another");
        Assert.Equal(1, wrong);
        Assert.Contains("FAILED  token", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NoConfiguration_SaysHowToMakeOne()
    {
        var (code, output) = await RunAsync(["doctor"], token: "");
        Assert.Equal(1, code);
        Assert.Contains("QAI_HUB_API_TOKEN", output, StringComparison.Ordinal);
        Assert.Contains("client.ini", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_Searched_AreListed()
    {
        var (code, output) = await RunAsync("devices", "galaxy s24");
        Assert.Equal(0, code);
        Assert.Contains("Samsung Galaxy S24 Ultra", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Pixel", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compile_AndProfileAndDownload_WorkInOneGo()
    {
        var model = await ModelAsync(OnnxFiles.Tiny());
        var (code, output) = await RunAsync("compile", model, "--device", "Samsung Galaxy S24", "--and-profile");
        Assert.True(code == 0, output);
        Assert.Contains("INFERENCE", output, StringComparison.Ordinal);
        Assert.Contains("NPU", output, StringComparison.Ordinal);
        var (_, jobs) = await RunAsync("jobs", "--type", "compile");
        var id = jobs.Split('\n').First(l => l.StartsWith('j'))[..9];
        var (downloaded, path) = await RunAsync("download", id, "--output", _directory["made.onnx.zip"]);
        Assert.True(downloaded == 0, path);
        Assert.True(File.Exists(_directory["made.onnx.zip"]));
        var (one, details) = await RunAsync("jobs", id);
        Assert.Equal(0, one);
        Assert.Contains("--target_runtime onnx", details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compile_ThatWouldFail_IsNotSent()
    {
        var model = await ModelAsync(OnnxFiles.Tiny(OnnxFiles.Float32, -1, 3, 8, 8));
        var (code, output) = await RunAsync("compile", model, "--device", "Samsung Galaxy S24");
        Assert.Equal(1, code);
        Assert.Contains("Would fail: Input 'image' has a size that is not fixed: any, 3, 8, 8.", output, StringComparison.Ordinal);
        var (fixedCode, created) = await RunAsync("compile", model, "--device", "Samsung Galaxy S24", "--input", "image=1,3,8,8", "--no-wait");
        Assert.True(fixedCode == 0, created);
        Assert.Matches(@"(?m)^j[5gp]\w{7}$", created);
    }

    [Fact]
    public async Task Compile_JobFails_ShowsReasonAndRemedy()
    {
        _hub.Faults.Arm(new Fault { Kind = FaultKind.JobFails, Path = "compile", Text = "unrecognized arguments: --quantize_io" });
        var (code, output) = await RunAsync("compile", await ModelAsync(OnnxFiles.Tiny()), "--device", "Samsung Galaxy S24");
        Assert.Equal(1, code);
        Assert.Contains("unrecognized arguments: --quantize_io", output, StringComparison.Ordinal);
        Assert.Contains("Leave out the option", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compile_AgainAfterAnUploadThatBroke_DoesNotSendItTwice()
    {
        var model = await ModelAsync(OnnxFiles.Tiny());
        _hub.Faults.Arm(new Fault { Kind = FaultKind.Status, Path = "/multipart_upload/", Method = "POST", Status = 400, Text = "Not now." });
        var (broken, words) = await RunAsync("compile", model, "--device", "Samsung Galaxy S24", "--no-wait");
        Assert.Equal(1, broken);
        Assert.Contains("Not now.", words, StringComparison.Ordinal);
        var state = Assert.Single(Directory.EnumerateFiles(_directory["home"], "*.json", SearchOption.AllDirectories));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(state) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        var (code, output) = await RunAsync("compile", model, "--device", "Samsung Galaxy S24", "--no-wait");
        Assert.True(code == 0, output);
        Assert.Contains("of it there already", output, StringComparison.Ordinal);
        Assert.Single(_hub.Requests.Seen, r => r.Method == "PUT");
        Assert.False(File.Exists(state));
    }

    [Theory]
    [InlineData("compile x.onnx", 2, "--device")]
    [InlineData("jobs --type dance", 2, "dance")]
    [InlineData("jobs ../users", 1, "is no job id")]
    [InlineData("download jgggggggg", 1, "could not be found")]
    [InlineData("profile mmmmmmmmm --device Nokia", 1, "Nokia")]
    public async Task Arguments_ThatCannotBe_ExitWithWords(string line, int code, string words)
    {
        var (exit, output) = await RunAsync(line.Split(' '));
        Assert.Equal(code, exit);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private async Task<string> ModelAsync(byte[] content)
    {
        await File.WriteAllBytesAsync(_directory["tiny.onnx"], content, TestContext.Current.CancellationToken);
        return _directory["tiny.onnx"];
    }

    private Task<(int Code, string Output)> RunAsync(params string[] arguments) => RunAsync(arguments, "token-of-the-test-01");

    private async Task<(int Code, string Output)> RunAsync(string[] arguments, string token)
    {
        var home = Directory.CreateDirectory(_directory["home"]).FullName;
        await using var process = ChildProcess.Start(BuiltPrograms.Agent, ["qaihub", .. arguments], new Dictionary<string, string>
        {
            ["QAI_HUB_API_TOKEN"] = token,
            ["QAI_HUB_API_URL"] = _hub.BaseAddress.ToString(),
            ["QAIHUB_CLIENT_INI"] = "",
            ["HOME"] = home,
            ["USERPROFILE"] = home,
            ["XDG_DATA_HOME"] = home,
        });
        return (await process.ExitAsync(TimeSpan.FromSeconds(120)), process.Output);
    }
}
