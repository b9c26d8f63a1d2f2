using System.Diagnostics;
using System.Text.Json;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Google.Protobuf;

namespace EdgeMesh.Tests.Integration;

/// <summary>A joined device turns hostile: it is stopped, the dashboard's memory stays bounded, and the others are not disturbed.</summary>
public sealed class HostileAgentTests : IAsyncLifetime
{
    /// <summary>Far less than any of the floods below carries.</summary>
    private const long MostGrowthMb = 200;

    private readonly TemporaryDirectory _directory = new();
    private DashboardProcess _dashboard = null!;
    private long _atFirst;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _dashboard = await DashboardProcess.StartAsync(_directory["data"]);
        _atFirst = ResidentMb();
    }

    public async ValueTask DisposeAsync()
    {
        await _dashboard.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Beats_Flood_IsCutOffWithTheReason()
    {
        var beat = new Beat { RamFreeMb = 1, Runtimes = Runtimes(100) };
        await using var hostile = await HostileAgent.JoinAsync(_dashboard, new HostileAgent.Service
        {
            OnWatch = async (beats, call) =>
            {
                while (!call.CancellationToken.IsCancellationRequested)
                {
                    await beats.WriteAsync(beat, call.CancellationToken);
                }
            },
        });

        await CutAsync("too fast");
    }

    [Fact]
    public async Task Beat_Huge_IsCutOffWithTheReason()
    {
        var beat = new Beat { RamFreeMb = 1, Runtimes = new RuntimeSet { Runtimes = { new Runtime { Id = new string('x', 50 * 1024 * 1024) } } } };
        await using var hostile = await HostileAgent.JoinAsync(_dashboard, new HostileAgent.Service { OnWatch = (beats, call) => beats.WriteAsync(beat, call.CancellationToken) });

        await CutAsync("too large");
    }

    [Fact]
    public async Task Output_OneLetterAtATimeForEver_EndsTheAttemptOnly()
    {
        var frame = new TaskFrame { Updates = { Enumerable.Repeat(new TaskUpdate { Text = "x" }, 100_000) } };
        await FloodAsync(frame, "characters");
    }

    [Fact]
    public async Task Output_HugeFrame_EndsTheAttemptOnly() => await FloodAsync(new TaskFrame { Updates = { new TaskUpdate { Text = new string('x', 60 * 1024 * 1024) } } }, "ResourceExhausted");

    [Fact]
    public async Task Output_FilesWithoutEnd_EndsTheAttemptOnly() => await FloodAsync(
        new TaskFrame { Updates = { new TaskUpdate { Artifact = new ArtifactChunk { Name = "big.bin", ContentType = "application/octet-stream", Data = ByteString.CopyFrom(new byte[1024 * 1024]) } } } },
        "a file of more than");

    [Fact]
    public async Task Output_EmptyUpdatesForEver_DoNotPileUpAndOthersWork()
    {
        var frame = new TaskFrame { Updates = { Enumerable.Repeat(new TaskUpdate { Accepted = new Accepted { Started = true } }, 10_000), Enumerable.Repeat(new TaskUpdate { Text = "" }, 10_000) } };
        var sent = 0L;
        await using var hostile = await HostileAgent.JoinAsync(_dashboard, Flooding(frame, () => Interlocked.Increment(ref sent)));
        var job = await EchoOnHostileAsync();

        await Until.TrueAsync("four million updates to be sent", () => Interlocked.Read(ref sent) > 200, TimeSpan.FromMinutes(2));
        await OthersWorkAsync();
        await _dashboard.PostAsync($"/api/jobs/{job}/cancel");
        // It is asked, does not stop, and is not waited for.
        Assert.Equal("Cancelled", (await _dashboard.EndedAsync(job, TimeSpan.FromMinutes(1))).GetProperty("state").GetString());
        AssertBounded();
    }

    private static RuntimeSet Runtimes(int count) => new()
    {
        Loaded = true,
        Runtimes = { Enumerable.Range(0, count).Select(i => new Runtime { Id = $"runtime-{i}", Name = new string('n', 1_000), State = "Ready" }) },
    };

    private static HostileAgent.Service Flooding(TaskFrame frame, Action? sent = null) => new()
    {
        OnRun = async (frames, call) =>
        {
            while (!call.CancellationToken.IsCancellationRequested)
            {
                await frames.WriteAsync(frame, call.CancellationToken);
                sent?.Invoke();
            }
        },
    };

    private static string? Reason(JsonElement device) => device.TryGetProperty("stateReason", out var reason) ? reason.GetString() : null;

    private async Task CutAsync(string why)
    {
        // The state's reason is on the device's own page and in its JSON while it is not online.
        await _dashboard.DeviceAsync("Hostile", d => d.GetProperty("state").GetString() != "Online" && Reason(d)?.Contains(why, StringComparison.Ordinal) == true, TimeSpan.FromSeconds(60));
        await OthersWorkAsync();
        AssertBounded();
    }

    private async Task FloodAsync(TaskFrame frame, string why)
    {
        await using var hostile = await HostileAgent.JoinAsync(_dashboard, Flooding(frame));
        var job = await _dashboard.EndedAsync(await EchoOnHostileAsync(), TimeSpan.FromMinutes(2));

        Assert.Equal("Failed", job.GetProperty("state").GetString());
        Assert.Contains(why, job.GetProperty("error").GetRawText() + job.GetProperty("tasks").GetRawText(), StringComparison.Ordinal);
        await OthersWorkAsync();
        AssertBounded();
    }

    private async Task<string> EchoOnHostileAsync()
    {
        JsonElement? device = null;
        await _dashboard.DeviceAsync("Hostile", d =>
        {
            device = d;
            return d.GetProperty("state").GetString() == "Online";
        });
        return await _dashboard.SubmitAsync(new { kind = "echo", text = "hello", policy = "FORCE_DEVICE", deviceId = device!.Value.GetProperty("id").GetString(), options = new { count = 1 } });
    }

    private async Task OthersWorkAsync()
    {
        var embedded = (await _dashboard.DevicesAsync()).Single(d => d.GetProperty("link").GetString() == "Embedded");
        Assert.Equal("Online", embedded.GetProperty("state").GetString());
        var job = await _dashboard.SubmitAsync(new { kind = "echo", text = "well?", policy = "FORCE_DEVICE", deviceId = embedded.GetProperty("id").GetString(), options = new { count = 1 } });
        Assert.Equal("Succeeded", (await _dashboard.EndedAsync(job)).GetProperty("state").GetString());
    }

    private void AssertBounded() => Assert.InRange(ResidentMb() - _atFirst, long.MinValue, MostGrowthMb);

    private long ResidentMb()
    {
        using var process = Process.GetProcessById(_dashboard.Process.Id);
        return process.WorkingSet64 / 1024 / 1024;
    }
}
