using System.Text.Json;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real dashboard with its embedded device and real agent processes.</summary>
public sealed class ThreeDevicesTests
{
    private const int Sigstop = 19;
    private const int Sigcont = 18;

    [Fact]
    public async Task Sysinfo_ThreeDevices_FansOutToEach()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var one = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);
        await using var two = await AgentProcess.JoinAsync(dashboard, "South", directory["south"]);

        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "sysinfo" }));

        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        var ids = job.GetProperty("tasks").EnumerateArray().Select(t => t.GetProperty("attempts")[0].GetProperty("deviceId").GetString()!).ToHashSet();
        Assert.Equal(3, ids.Count);
        Assert.Equal((await dashboard.DevicesAsync()).Select(Id).ToHashSet(), ids);
    }

    [Fact]
    public async Task Agent_Killed_IsSuspectThenLostAndComesBackAsTheSameDevice()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);
        var id = (await dashboard.DevicesAsync()).First(IsNorth).GetProperty("id").GetString();

        await agent.KillAsync();
        await agent.DisposeAsync();
        await dashboard.DeviceAsync("North", d => State(d) == "Suspect", TimeSpan.FromSeconds(2));
        await dashboard.DeviceAsync("North", d => State(d) == "Lost", TimeSpan.FromSeconds(6));
        Assert.NotEqual(JsonValueKind.Null, (await dashboard.DevicesAsync()).First(IsNorth).GetProperty("lastSeen").ValueKind);

        var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "sysinfo" }));
        Assert.DoesNotContain(job.GetProperty("tasks").EnumerateArray(), t => t.GetProperty("attempts")[0].GetProperty("deviceId").GetString() == id);

        // It is expected back: work for it is taken, and waits.
        var forNorth = new { kind = "echo", text = "x", policy = "FORCE_DEVICE", deviceId = id };
        Assert.Empty((await dashboard.PostAsync("/api/plan", forNorth)).Body.GetProperty("stages").EnumerateArray());
        var waits = await dashboard.SubmitAsync(forNorth);

        await using var again = AgentProcess.Start(dashboard.Address, null, "North", directory["north"]);
        await dashboard.DeviceAsync("North", d => State(d) == "Online");
        var devices = await dashboard.DevicesAsync();
        Assert.Equal(2, devices.Length);
        Assert.Equal(id, devices.First(IsNorth).GetProperty("id").GetString());
        var waited = await dashboard.EndedAsync(waits);
        Assert.Equal(("Succeeded", id), (waited.GetProperty("state").GetString(), waited.GetProperty("tasks")[0].GetProperty("attempts")[0].GetProperty("deviceId").GetString()));
    }

    [Fact]
    public async Task Agent_Silent_IsSuspectThenLostThenOnlineAgain()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);

        agent.Signal(Sigstop);
        await dashboard.DeviceAsync("North", d => State(d) == "Suspect", TimeSpan.FromSeconds(5));
        await dashboard.DeviceAsync("North", d => State(d) == "Lost", TimeSpan.FromSeconds(8));
        agent.Signal(Sigcont);
        await dashboard.DeviceAsync("North", d => State(d) == "Online", TimeSpan.FromSeconds(45));
        Assert.Equal(2, (await dashboard.DevicesAsync()).Length);
    }

    [Fact]
    public async Task Agent_Interrupted_ExitsCleanly()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"]);
        Assert.Equal(0, await agent.InterruptAsync());
    }

    private static bool IsNorth(JsonElement device) => device.GetProperty("name").GetString() == "North";

    private static string Id(JsonElement device) => device.GetProperty("id").GetString()!;

    private static string State(JsonElement device) => device.GetProperty("state").GetString()!;
}
