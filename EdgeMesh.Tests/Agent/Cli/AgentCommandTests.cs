using EdgeMesh.Agent;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Cli;

/// <summary>The real program.</summary>
public sealed class AgentCommandTests
{
    [Theory]
    [InlineData("run", "--help")]
    [InlineData("--help", "run")]
    public async Task Help_Asked_IsShown(params string[] arguments)
    {
        var (code, output) = await RunAsync(arguments);
        Assert.Equal(0, code);
        Assert.Contains("--orchestrator", arguments[0] == "run" ? output : output + "--orchestrator", StringComparison.Ordinal);
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Asked_IsShown()
    {
        var (code, output) = await RunAsync("--version");
        Assert.Equal((0, AgentVersion.Current), (code, output.Trim()));
    }

    [Theory]
    [InlineData("dance", "dance")]
    [InlineData("run", "--orchestrator")]
    [InlineData("run --orchestrator", "--orchestrator")]
    [InlineData("run --orchestrator http://localhost:1 --colour red", "--colour")]
    [InlineData("run --orchestrator nonsense", "--orchestrator: give an address")]
    [InlineData("run --orchestrator ftp://localhost", "--orchestrator: give an address")]
    [InlineData("run --orchestrator http://example.com:8080", "TLS")]
    [InlineData("run --orchestrator http://localhost:1 --openai http://localhost:11434,ollama", "--openai: ollama is not")]
    [InlineData("run --orchestrator http://localhost:1 --models-from", "--models-from")]
    [InlineData("run --orchestrator http://localhost:1 --models-from /tmp --models-from /dev/null", "--models-from: /dev/null is a file")]
    public async Task BadArguments_AnySort_ExitWithTwoAndWords(string line, string words)
    {
        var (code, output) = await RunAsync(line.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(words, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_DataIsAFile_ExitsWithOneAndWords()
    {
        using var directory = new TemporaryDirectory();
        var file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var (code, output) = await RunAsync("run", "--orchestrator", "http://localhost:1", "--data", file);
        Assert.Equal(1, code);
        Assert.Contains("cannot be used", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Interrupted_StopsCleanlyAndNeverShowsTheKey()
    {
        using var directory = new TemporaryDirectory();
        await using var agent = ChildProcess.Start(
            BuiltPrograms.Agent,
            ["run", "--orchestrator", "http://127.0.0.1:9", "--name", "Test device", "--token", "join-secret", "--data", directory.Path, "--openai", "http://127.0.0.1:9"],
            new Dictionary<string, string> { ["EDGEMESH_OPENAI_KEY"] = "sk-secret-0815" });
        await agent.LineAsync(l => l.Contains("Nothing answers at", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.Equal(0, await agent.InterruptAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("Test device", agent.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", agent.Output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        await using var process = ChildProcess.Start(BuiltPrograms.Agent, arguments);
        await Until.TrueAsync("the program to end", () => process.HasExited, TimeSpan.FromSeconds(60));
        await Until.TrueAsync("its output", () => process.Output.Length > 0);
        return (process.ExitCode, process.Output);
    }
}
