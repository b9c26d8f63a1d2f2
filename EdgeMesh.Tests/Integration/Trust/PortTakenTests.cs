using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration.Trust;

/// <summary>A real dashboard on loopback stops, and somebody else takes its port.</summary>
public sealed class PortTakenTests
{
    [Fact]
    public async Task Agent_WhoTookTheDashboardsPort_GetsNothing()
    {
        using var directory = new TemporaryDirectory();
        var data = directory["data"];
        var dashboard = await DashboardProcess.StartAsync(data, 0, "--no-embedded-device");
        var port = dashboard.Address.Port;
        using var http = new HttpClient { BaseAddress = dashboard.Address };
        var id = EnrolChallenge.Parser.ParseFrom(await http.GetByteArrayAsync(new Uri("/agent/enrol", UriKind.Relative), TestContext.Current.CancellationToken)).OrchestratorId;
        await using var agent = await AgentProcess.JoinAsync(dashboard, "Kitchen", directory["agent"]);
        await dashboard.DisposeAsync();

        await using (var taker = await FakeOrchestrator.StartAsync(port, id, FakeOrchestrator.Proof.OfItsOwnKey))
        {
            await agent.LineAsync(l => l.Contains("does not have that dashboard's key", StringComparison.Ordinal));
            Assert.Empty(taker.Hellos);
            Assert.False(taker.GotProfile);

            // One that is started with the address alone, and with a bare token of that dashboard, shows nothing either.
            taker.Secrets.Clear();
            await using var fresh = AgentProcess.Start(taker.Address, null, "Fresh", directory["fresh"]);
            await fresh.LineAsync(l => l.Contains("not one that this device has joined", StringComparison.Ordinal));
            await using var bare = AgentProcess.Start(taker.Address, "abcdefgh", "Bare", directory["bare"]);
            await bare.LineAsync(l => l.Contains("Nothing was sent to it", StringComparison.Ordinal));
            Assert.False(taker.GotProfile);
        }

        await using var again = await DashboardProcess.StartAsync(data, port, "--no-embedded-device");
        await again.DeviceAsync("Kitchen", d => d.GetProperty("state").GetString() == "Online", TimeSpan.FromSeconds(90));
    }
}
