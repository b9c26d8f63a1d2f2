using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>A dashboard that has just become ready: warm, and with nothing to show for it.</summary>
public sealed class FreshStartTests
{
    private static readonly string[] Kinds = ["summarize", "echo"];

    [Fact]
    public async Task Ready_FirstTime_HasRehearsedButKeptAndLearnedNothing()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory.Path);
        Assert.Empty((await dashboard.GetAsync("/api/jobs")).GetProperty("items").EnumerateArray());
        var device = Assert.Single(await dashboard.DevicesAsync());
        Assert.All(device.GetProperty("runtimes").EnumerateArray(), r => Assert.Equal("Ready", r.GetProperty("state").GetString()));
        foreach (var kind in Kinds)
        {
            var (_, plan) = await dashboard.PostAsync("/api/plan", new { kind, text = Articles.TidalMill });
            var predicted = plan.GetProperty("stages")[0].GetProperty("tasks")[0].GetProperty("predicted");
            Assert.Equal(("prior", 0), (predicted.GetProperty("origin").GetString(), predicted.GetProperty("runs").GetInt32()));
        }

        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "summarize", text = Articles.TidalMill }));
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        Assert.Single((await dashboard.GetAsync("/api/jobs")).GetProperty("items").EnumerateArray());
    }
}
