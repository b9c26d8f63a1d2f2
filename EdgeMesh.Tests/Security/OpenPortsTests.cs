using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Security;

/// <summary>What another user of this machine finds open of a fresh dashboard and agent.</summary>
public sealed class OpenPortsTests
{
    private static readonly string[] Doors = ["/", "/api/devices", "/api/jobs", "/hubs/mesh", "/models", "/metrics"];

    [Fact]
    public async Task FreshDashboardAndAgent_AnotherUser_FindsTheHttpPortOnlyAndGetsNothingThere()
    {
        Stranger.Required();
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["dashboard"]);
        await using var agent = await AgentProcess.JoinAsync(dashboard, "Second", directory["agent"]);

        // With a worker in each: a model answered.
        await dashboard.DeviceAsync("Second", d => d.GetProperty("runtimes").EnumerateArray().All(r => r.GetProperty("state").GetString() is "Ready" or "Down"));
        await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "chat", text = "What is a river?", options = new { maxTokens = 4 } }));
        Assert.True(OpenSockets.Tree(dashboard.Process.Id).Count > 1, "The embedded device has a worker.");

        var open = OpenSockets.Of(dashboard.Process.Id, agent.Id);
        var http = Assert.Single(open, l => l.Kind is "tcp" or "udp");
        Assert.Equal(("tcp", dashboard.Address.Port), (http.Kind, http.Port));
        Assert.DoesNotContain(open, l => l.Kind == "abstract");
        foreach (var other in open.Where(l => l != http))
        {
            var (code, said) = await Stranger.KnockAsync(other);
            Assert.True(code == 7, $"{other} let another user in: {said}");
        }

        foreach (var door in Doors)
        {
            var (code, said) = await Stranger.KnockAsync(http, door);
            Assert.Equal(0, code);
            Assert.True(said[(said.LastIndexOf('\n') + 1)..] is "302" or "401" or "404", $"{door}: {said}");
            Assert.DoesNotContain("Second", said, StringComparison.Ordinal);
        }
    }
}
