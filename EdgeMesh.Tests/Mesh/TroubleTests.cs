using System.Net;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Mesh;

/// <summary>What networks do to a mesh, and that it heals by itself.</summary>
[Collection(MeshTests.Name)]
public sealed class TroubleTests
{
    [Fact]
    public async Task Network_Partitioned_LosesTheDeviceAndHealsAsTheSame()
    {
        await using var mesh = await LabMesh.StartAsync();
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        await using var agent = await JoinAsync(mesh, kitchen, "Kitchen");
        var id = (await mesh.DeviceAsync("Kitchen")).GetProperty("id").GetString();

        await kitchen.UnplugAsync();
        await mesh.Dashboard.DeviceAsync("Kitchen", d => LabMesh.State(d) == "Lost");
        await kitchen.PlugInAsync();
        await mesh.OnlineAsync("Kitchen");

        Assert.Equal(id, (await mesh.DeviceAsync("Kitchen")).GetProperty("id").GetString());
        await WorksAsync(mesh);
    }

    [Fact]
    public async Task Address_ChangedWhileItRuns_IsOnlineAgain()
    {
        await using var mesh = await LabMesh.StartAsync();
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        await using var agent = await JoinAsync(mesh, kitchen, "Kitchen");

        await kitchen.SetAddressAsync("10.77.0.43");
        await mesh.Dashboard.DeviceAsync("Kitchen", d => LabMesh.State(d) is "Suspect" or "Lost");
        await mesh.OnlineAsync("Kitchen");
        await WorksAsync(mesh);
        Assert.Single(await mesh.Dashboard.DevicesAsync());
    }

    [Fact]
    public async Task Link_Slow_200MillisecondsAndLossOf5Percent_WorksAndStaysOnline()
    {
        await using var mesh = await LabMesh.StartAsync();
        var kitchen = await mesh.AddHostAsync("10.77.0.2");
        await kitchen.LoseAsync(5);
        await using var relay = new SlowRelay(kitchen, 9443, new DnsEndPoint("10.77.0.1", 8443), TimeSpan.FromMilliseconds(100));
        await using var agent = await JoinAsync(mesh, kitchen, "Kitchen", "https://10.77.0.2:9443");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => WorksAsync(mesh)));
        Assert.Equal("Online", LabMesh.State(await mesh.DeviceAsync("Kitchen")));
        Assert.DoesNotContain("Linked to https://10.77.0.1", agent.Output, StringComparison.Ordinal);
    }

    private static async Task<ChildProcess> JoinAsync(LabMesh mesh, LabHost host, string name, string? orchestrator = null)
    {
        string[] at = orchestrator is null ? [] : ["--orchestrator", orchestrator];
        var agent = host.Start(BuiltPrograms.Agent, ["run", "--token", await mesh.Dashboard.JoinTokenAsync(), "--name", name, "--data", mesh[name], .. at]);
        try
        {
            await mesh.Dashboard.DeviceAsync(name, d => LabMesh.State(d) == "Online" && d.GetProperty("runtimes").GetArrayLength() > 0, LabMesh.Patience);
            return agent;
        }
        catch (TimeoutException e)
        {
            var output = agent.Output;
            await agent.DisposeAsync();
            throw new InvalidOperationException($"{e.Message} The agent printed:\n{output}", e);
        }
    }

    private static async Task WorksAsync(LabMesh mesh)
    {
        var job = await mesh.Dashboard.EndedAsync(await mesh.Dashboard.SubmitAsync(new { kind = "echo", text = "hello" }), LabMesh.Patience);
        Assert.Equal("Succeeded", job.GetProperty("state").GetString());
    }
}
