using System.Text.RegularExpressions;
using EdgeMesh.Core.Trust;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>Two machines, nothing let in to the second: one pasted line, and it works and keeps working.</summary>
[Collection(MeshTests.Name)]
public sealed class JoinLineTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Line_PastedBehindAFirewall_JoinsRunsJobsAndStreamsTokens()
    {
        await using var mesh = await LabMesh.StartAsync("curl");
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        await kitchen.DropInboundAsync();

        await using var pasted = await mesh.PasteAsync(kitchen, "Kitchen");
        await ReadyAsync(mesh, pasted);
        Assert.Contains("SHA-256", pasted.Output, StringComparison.Ordinal);

        var echo = await mesh.Dashboard.EndedAsync(await mesh.Dashboard.SubmitAsync(new { kind = "echo", text = "hello" }), LabMesh.Patience);
        Assert.Equal("Succeeded", echo.GetProperty("state").GetString());

        var chat = await mesh.Dashboard.SubmitAsync(new { kind = "chat", text = "What is a river?", options = new { maxTokens = 24 } });
        Assert.True(await OutputsAsync(mesh.Dashboard, chat) > 1, "Tokens come one after the other, not all at the end.");
        var ended = await mesh.Dashboard.EndedAsync(chat, LabMesh.Patience);
        Assert.Equal("Succeeded", ended.GetProperty("state").GetString());
        Assert.Equal("Kitchen", ended.GetProperty("tasks")[0].GetProperty("attempts")[0].GetProperty("deviceName").GetString());
    }

    [Fact]
    public async Task Machine_RestartedWithAnotherAddress_IsTheSameDeviceWithinSeconds()
    {
        await using var mesh = await LabMesh.StartAsync("curl");
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        await using (var pasted = await mesh.PasteAsync(kitchen, "Kitchen"))
        {
            await ReadyAsync(mesh, pasted);
            await kitchen.PowerOffAsync();
        }

        var before = (await mesh.DeviceAsync("Kitchen")).GetProperty("id").GetString();
        await mesh.Dashboard.DeviceAsync("Kitchen", d => LabMesh.State(d) == "Lost");
        await kitchen.SetAddressAsync("10.77.0.42");

        var began = TimeProvider.System.GetTimestamp();
        await using var again = mesh.Installed(kitchen, "Kitchen", "run --name Ignored");
        await mesh.OnlineAsync("Kitchen");
        TestContext.Current.TestOutputHelper?.WriteLine($"Online again {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after the process started.");
        Assert.Equal(before, (await mesh.DeviceAsync("Kitchen")).GetProperty("id").GetString());
        Assert.Single(await mesh.Dashboard.DevicesAsync());
    }

    [Fact]
    public async Task Line_UsedTwice_JoinsOnlyOnce()
    {
        await using var mesh = await LabMesh.StartAsync("curl");
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        var line = await mesh.LineAsync();
        await using var first = await EndedAsync(kitchen.Shell($"export HOME={mesh["one"]} XDG_DATA_HOME={mesh["one"]} EDGEMESH_HOME={mesh["program"]} EDGEMESH_BIN={mesh["bin"]}; {line} --no-service"));
        Assert.Equal((0, true), (first.ExitCode, first.Output.Contains("Joined as", StringComparison.Ordinal)));
        await using var second = await EndedAsync(kitchen.Shell($"export HOME={mesh["two"]} XDG_DATA_HOME={mesh["two"]} EDGEMESH_HOME={mesh["program"]} EDGEMESH_BIN={mesh["bin"]}; {line} --no-service"));
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("used already", second.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Line_ServerWithAnotherKey_RunsNothing()
    {
        await using var mesh = await LabMesh.StartAsync("curl");
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        var line = Regex.Replace(await mesh.LineAsync(), "sha256//[^ ]+", $"sha256//{KeyPin.Of([1]).Base64}");
        await using var pasted = await EndedAsync(kitchen.Shell($"{line} --no-service"));
        Assert.Contains("pinned", pasted.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Fetching", pasted.Output, StringComparison.Ordinal);
        Assert.Empty(await mesh.Dashboard.DevicesAsync());
    }

    private static async Task ReadyAsync(LabMesh mesh, ChildProcess pasted)
    {
        try
        {
            await mesh.Dashboard.DeviceAsync("Kitchen", d => LabMesh.State(d) == "Online" && d.GetProperty("runtimes").GetArrayLength() > 0, LabMesh.Patience);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"{e.Message} The shell printed:\n{pasted.Output}", e);
        }
    }

    private static async Task<ChildProcess> EndedAsync(ChildProcess process)
    {
        await Until.TrueAsync("the line to end", () => process.HasExited, LabMesh.Patience);
        await Until.TrueAsync("its output", () => process.Output.Length > 0);
        return process;
    }

    // How many pieces of output the job's stream had.
    private static async Task<int> OutputsAsync(DashboardProcess dashboard, string job)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Test);
        limit.CancelAfter(LabMesh.Patience);
        using var stream = new StreamReader(await dashboard.Client.GetStreamAsync(new Uri($"/api/jobs/{job}/events", UriKind.Relative), limit.Token));
        var outputs = 0;
        while (await stream.ReadLineAsync(limit.Token) is { } line && line != "event: JobEnded")
        {
            outputs += line == "event: OutputAppended" ? 1 : 0;
        }

        return outputs;
    }
}
