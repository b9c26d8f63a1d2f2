using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Access;

/// <summary>Requests that stay open have places by kind, and agents that prove themselves have few: who finds none is told that the dashboard is busy.</summary>
public sealed class LongRequestTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EventStreams_AllPlacesTaken_AreBusyAndOtherKindsAreNot()
    {
        await using var host = await MeshHost.StartAsync(null, ("EdgeMesh:Connections:Most", "64"));
        var device = await host.JoinAsync("Kitchen");
        device.OnRun = run => run.Started();
        var job = await host.SubmitAsync(new JobRequest(JobKind.Echo, "hello", JobPolicy.ForceDevice, device.Id, null, null, new EchoOptions()));
        var address = new Uri($"/api/jobs/{job}/events", UriKind.Relative);
        List<HttpResponseMessage> open = [];
        for (var i = 0; i < 16; i++)
        {
            open.Add(await host.Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Test));
        }

        Assert.All(open, o => Assert.Equal(HttpStatusCode.OK, o.StatusCode));
        var (answer, body) = await host.SendAsync(new HttpRequestMessage(HttpMethod.Get, address));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "dashboard_busy"), (answer.StatusCode, body.GetProperty("code").GetString()));
        Assert.NotNull(answer.Headers.RetryAfter);
        using var hub = await host.Client.GetAsync(new Uri("/hubs/mesh", UriKind.Relative), Test);
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, hub.StatusCode);
        Assert.Equal(JsonValueKind.Array, (await host.GetAsync("/api/devices")).ValueKind);

        // A place is free again when its reader has gone.
        open[0].Dispose();
        await Until.TrueAsync("a place", async () =>
        {
            using var again = await host.Client.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, Test);
            return again.StatusCode == HttpStatusCode.OK;
        });
        open.ForEach(o => o.Dispose());
    }

    [Fact]
    public async Task Handshakes_SilentOnesEverywhere_AreFewAndTheNextIsToldBusy()
    {
        using var directory = new TemporaryDirectory();
        await using var dashboard = await DashboardProcess.StartAsync(directory["data"], 0, "--no-embedded-device");
        List<ClientWebSocket> silent = [];
        var link = new UriBuilder(dashboard.Address) { Scheme = "ws", Path = "/agent/link" }.Uri;
        HttpStatusCode? refused = null;
        for (var i = 0; i < 40 && refused is null; i++)
        {
            var socket = new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            silent.Add(socket);
            try
            {
                await socket.ConnectAsync(link, Test);
            }
            catch (WebSocketException)
            {
                refused = socket.HttpStatusCode;
            }
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused);
        var agent = AgentProcess.Start(dashboard.Address, await dashboard.JoinTokenAsync(), "Late", directory["late"]);
        await using (agent)
        {
            await dashboard.DeviceAsync("Late", d => d.GetProperty("state").GetString() == "Online");
            Assert.DoesNotContain("not as an EdgeMesh dashboard", agent.Output, StringComparison.Ordinal);
        }

        Assert.Contains("Handshakes of agents: 1 refused", dashboard.Process.Output, StringComparison.Ordinal);
        silent.ForEach(s => s.Dispose());
    }
}
