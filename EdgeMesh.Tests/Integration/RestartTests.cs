using System.Net;
using System.Text.Json;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>What a dashboard that was killed, or stopped, still knows.</summary>
public sealed class RestartTests
{
    private const int Large = 24 << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dashboard_EndedDuringAJob_GoesOnWithIt_AndKeepsHistoryAndDevices(bool killed)
    {
        using var directory = new TemporaryDirectory();
        await using var engine = await OpenAiTestServer.StartAsync(wordDelay: TimeSpan.FromSeconds(0.6));
        await using var first = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(first, "North", directory["north"], engine.Address.ToString());
        await first.DeviceAsync("North", d => d.GetProperty("runtimes").EnumerateArray().Any(r => r.GetProperty("models").EnumerateArray().Any(m => m.GetProperty("id").GetString() == engine.Model)));
        var done = await first.SubmitAsync(new { kind = "echo", text = "kept" });
        await first.EndedAsync(done);
        var slow = await first.SubmitAsync(new { kind = "chat", text = "Tell me about tides." });
        await Until.TrueAsync("the job to run", async () => (await first.GetAsync($"/api/jobs/{slow}")).GetProperty("tasks")[0].GetProperty("state").GetString() == "Running");
        await BeginTransferAsync(first, "North");
        if (killed)
        {
            await first.Process.KillAsync();
        }
        else
        {
            Assert.Equal(0, await first.Process.InterruptAsync());
        }

        await using var second = await DashboardProcess.StartAsync(directory["data"], first.Address.Port);
        var job = await second.EndedAsync(slow);
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Equal(OpenAiTestServer.Answer, job.GetProperty("result").GetProperty("text").GetString());
        Assert.Equal(1, job.GetProperty("tasks")[0].GetProperty("attempts").GetArrayLength());

        await Until.TrueAsync("the model to be there", async () => (await second.GetAsync("/api/models")).GetProperty("models").EnumerateArray()
            .Any(m => m.GetProperty("id").GetString() == "large" && m.GetProperty("devices")[0].GetProperty("stored").GetBoolean() && m.GetProperty("bytes").GetInt64() == Large));

        var kept = await second.GetAsync($"/api/jobs/{done}");
        Assert.Equal("Succeeded", kept.GetProperty("state").GetString());
        Assert.Contains("kept", kept.GetProperty("result").GetProperty("text").GetString(), StringComparison.Ordinal);
        var (status, _) = await second.PostAsync($"/api/jobs/{done}/rerun");
        Assert.Equal(HttpStatusCode.Accepted, status);
    }

    // On its way, or still to begin, when this returns.
    private static async Task BeginTransferAsync(DashboardProcess dashboard, string name)
    {
        using var body = new ByteArrayContent(new byte[Large]);
        var upload = await dashboard.UploadModelAsync("large.onnx", body);
        var device = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == name).GetProperty("id").GetString();
        Assert.Equal(HttpStatusCode.Accepted, (await dashboard.PostAsync("/api/models/install", new { deviceIds = new[] { device }, source = new { kind = "upload", upload } })).Status);
    }

    [Fact]
    public async Task Dashboard_Interrupted_ExitsCleanly()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        Assert.Equal(0, await dashboard.Process.InterruptAsync());
    }

    [Fact]
    public async Task Dashboard_OnAFullDisk_LivesAndGoesOnWhenThereIsRoom()
    {
        await using var disk = await SmallDisk.MountAsync(48);
        await using var dashboard = await DashboardProcess.StartAsync(disk["data"]);
        var before = await dashboard.SubmitAsync(new { kind = "echo", text = "before" });
        disk.Fill();
        // The devices' rows, the use of the key and the jobs of a busy dashboard all want to be stored.
        await Until.TrueAsync("a submit to be refused", async () => (await dashboard.PostAsync("/api/jobs", new { kind = "echo", text = "x" })).Status == HttpStatusCode.ServiceUnavailable);
        await Until.TrueAsync("GET /readyz to say 503", async () => (await dashboard.Client.GetAsync(new Uri("/readyz", UriKind.Relative))).StatusCode == HttpStatusCode.ServiceUnavailable);
        disk.Free();

        await Until.TrueAsync("a submit to be taken", async () => (await dashboard.PostAsync("/api/jobs", new { kind = "echo", text = "after" })).Status == HttpStatusCode.Accepted);
        Assert.Equal("Succeeded", (await dashboard.EndedAsync(before)).GetProperty("state").GetString());
        Assert.Single(dashboard.Process.Output.Split('\n'), l => l.Contains("The disk of the data folder is full.", StringComparison.Ordinal));
        disk.Fill();
        Assert.Equal(0, await dashboard.Process.InterruptAsync());
    }

    [Fact]
    public async Task Dashboard_SameDataDirectoryTwice_IsRefusedInWords()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var second = ChildProcess.Start(BuiltPrograms.Dashboard, ["--urls", "http://127.0.0.1:0", "--data", directory["data"]]);
        await Until.TrueAsync("the second to end", () => second.HasExited);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Contains(directory["data"], second.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Output, StringComparison.Ordinal);
    }
}
