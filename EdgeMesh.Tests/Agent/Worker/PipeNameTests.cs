using System.IO.Pipes;
using System.Text;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Worker;

/// <summary>A worker's pipe opens below any folder for temporary files.</summary>
public sealed class PipeNameTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(60)]
    [InlineData(95)]
    [InlineData(180)]
    public async Task New_BelowAnyFolder_IsAPipeThatOpens(int length)
    {
        var name = PipeName.New("/" + new string('x', length), [null, "relative", "/nowhere/" + new string('y', 120), "/tmp"]);
        Assert.True(Encoding.UTF8.GetByteCount(name) <= 100);
        await using NamedPipeServerStream server = new(name, PipeDirection.InOut, 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await using NamedPipeClientStream client = new(".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await Task.WhenAll(server.WaitForConnectionAsync(TestContext.Current.CancellationToken), client.ConnectAsync(TestContext.Current.CancellationToken));
        Assert.True(server.IsConnected && client.IsConnected);
    }

    [Fact]
    public void New_WithoutAShortFolder_SaysWhatToSet()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes have no path on Windows.");
        var said = Assert.Throws<IOException>(() => PipeName.New("/" + new string('x', 150), [null]));
        Assert.Contains("TMPDIR", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dashboard_WithALongTmpdirAndASemicolonInItsDataFolder_RunsAModel()
    {
        using TemporaryDirectory directory = new();
        var temporary = Path.Combine(directory.Path, new string('t', 90), new string('u', 90));
        Directory.CreateDirectory(temporary);
        await using var dashboard = await DashboardProcess.StartAsync(Path.Combine(directory.Path, "data; Mode=Memory; x"), new Dictionary<string, string> { ["TMPDIR"] = temporary });
        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "chat", text = "what is a bicycle?" }));
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.True(File.Exists(Path.Combine(directory.Path, "data; Mode=Memory; x", "edgemesh.db")));
    }
}
