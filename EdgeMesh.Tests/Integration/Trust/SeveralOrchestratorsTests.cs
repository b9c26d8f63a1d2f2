using System.Text.Json;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Integration.Trust;

/// <summary>One device, two dashboards that know nothing of each other.</summary>
public sealed class SeveralOrchestratorsTests
{
    [Fact]
    public async Task Agent_OfTwoMeshes_WorksForBothAsTheSameDevice()
    {
        using var directory = new TemporaryDirectory();
        await using var one = await LanMesh.StartAsync();
        await using var two = await LanMesh.StartAsync();
        var data = directory["shared"];
        await using (var first = one.StartAgent("Shared", (await one.TicketAsync()).ToString(), data: data))
        {
            await one.OnlineAsync("Shared");
        }

        await using var agent = two.StartAgent("Shared", (await two.TicketAsync()).ToString(), data: data);
        await Task.WhenAll(one.OnlineAsync("Shared"), two.OnlineAsync("Shared"));

        Assert.Equal(await IdAsync(one), await IdAsync(two));
        var jobs = await Task.WhenAll(EchoAsync(one), EchoAsync(two));
        Assert.All(jobs, job => Assert.Equal("Succeeded", job.GetProperty("state").GetString()));
    }

    [Fact]
    public async Task Agent_ForgottenByOneMesh_GoesOnForTheOther()
    {
        using var directory = new TemporaryDirectory();
        await using var one = await LanMesh.StartAsync();
        await using var two = await LanMesh.StartAsync();
        var data = directory["shared"];
        await using (var first = one.StartAgent("Shared", (await one.TicketAsync()).ToString(), data: data))
        {
            await one.OnlineAsync("Shared");
        }

        await using var agent = two.StartAgent("Shared", (await two.TicketAsync()).ToString(), data: data);
        await Task.WhenAll(one.OnlineAsync("Shared"), two.OnlineAsync("Shared"));
        using var forgotten = await one.Dashboard.Client.DeleteAsync(new Uri($"/api/devices/{await IdAsync(one)}", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.True(forgotten.IsSuccessStatusCode, forgotten.StatusCode.ToString());
        Assert.Equal("Succeeded", (await EchoAsync(two)).GetProperty("state").GetString());
        Assert.Empty(await one.Dashboard.DevicesAsync());
    }

    private static async Task<string> IdAsync(LanMesh mesh) => (await mesh.Dashboard.DevicesAsync()).Single().GetProperty("id").GetString()!;

    private static async Task<JsonElement> EchoAsync(LanMesh mesh) =>
        await mesh.Dashboard.EndedAsync(await mesh.Dashboard.SubmitAsync(new { kind = "echo", text = "to each its own", options = new { count = 20 } }));
}
