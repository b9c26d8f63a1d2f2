using System.Text.Json;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace EdgeMesh.Tests.Integration;

/// <summary>A real agent, and the device inside a real dashboard, beside an engine that lists nonsense.</summary>
public sealed class OddEngineTests
{
    private const string Nonsense =
        """{"object":"list","data":[null,7,{},{"id":null},{"id":""},{"id":["a"]},{"id":"half \ud800"},{"id":"good","created":"yesterday"},{"id":"good"},{"id":"line\u0000break","created":99999999999999999999}]}""";

    [Fact]
    public async Task Devices_EngineListsNonsense_StayLinkedAndWork()
    {
        await using var engine = await EngineTestServer.StartAsync(r => r.MapGet("/v1/models", () => Results.Text(Nonsense, "application/json")));
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], new Dictionary<string, string> { ["EdgeMesh__OpenAiServers__0"] = engine.Address.ToString() });
        await using var agent = await AgentProcess.JoinAsync(dashboard, "North", directory["north"], engine.Address.ToString());
        var own = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() != "North").GetProperty("name").GetString()!;
        foreach (var name in (string[])["North", own])
        {
            await dashboard.DeviceAsync(name, d => Models(d).SequenceEqual(["good"]));
            var device = (await dashboard.DevicesAsync()).Single(d => d.GetProperty("name").GetString() == name);
            Assert.Equal("Online", device.GetProperty("state").GetString());
            var job = await dashboard.EndedAsync(await dashboard.SubmitAsync(new { kind = "echo", text = "x", policy = "FORCE_DEVICE", deviceId = device.GetProperty("id").GetString() }));
            Assert.Equal("Succeeded", job.GetProperty("state").GetString());
        }
    }

    private static IEnumerable<string?> Models(JsonElement device) =>
        device.GetProperty("runtimes").EnumerateArray().Where(r => r.GetProperty("name").GetString() == "OpenAI-compatible server")
            .SelectMany(r => r.GetProperty("models").EnumerateArray()).Select(m => m.GetProperty("id").GetString());
}
