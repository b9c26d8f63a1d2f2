using System.Net;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;

namespace EdgeMesh.Tests.Access;

/// <summary>A deleted key ends whatever lives by it.</summary>
public sealed class RevocationTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delete_EndsRequestsSessionsStreamsAndHubConnections()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var (id, secret) = await host.NewKeyAsync();
        using var client = host.NewClient(secret);
        using var session = await host.LoggedInAsync(secret);
        Assert.Equal(HttpStatusCode.OK, (await session.GetAsync(new Uri("/api/devices", UriKind.Relative), Test)).StatusCode);

        var job = Samples.Job();
        host.Jobs.PublishJob(job);
        host.Jobs.AppendEvent(job.Id, new JobSubmitted(Samples.Now, job.Id, job.Request, job.Title, null));
        using var stream = await client.GetAsync(new Uri($"/api/jobs/{job.Id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Test);
        var reading = ReadToEndAsync(await stream.Content.ReadAsStreamAsync(Test));
        await using var hub = new HubConnectionBuilder().WithUrl(new Uri(host.Address, "/hubs/mesh"), o =>
        {
            o.Headers["Authorization"] = $"Bearer {secret}";
            o.Transports = HttpTransportType.WebSockets;
        }).Build();
        var closed = new TaskCompletionSource();
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        await hub.StartAsync(Test);
        var watching = WatchAsync(hub);
        await Until.TrueAsync("both streams to be read", () => host.Jobs.SubscriberCount == 1 && host.Fleet.SubscriberCount == 1);

        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/api/keys/{id:D}")).Answer.StatusCode);

        await reading.WaitAsync(Test);
        await watching.WaitAsync(Test);
        await closed.Task.WaitAsync(Test);
        await Until.TrueAsync("no subscriber to be left", () => host.Jobs.SubscriberCount == 0 && host.Fleet.SubscriberCount == 0);
        Assert.Equal("key_wrong", (await host.SendAsync(HttpMethod.Get, "/api/devices", client: client)).Body.GetProperty("code").GetString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await session.GetAsync(new Uri("/api/devices", UriKind.Relative), Test)).StatusCode);
    }

    [Fact]
    public async Task Delete_OfTheKeyThatAsks_StillAnswers()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var (id, secret) = await host.NewKeyAsync();
        using var client = host.NewClient(secret);
        Assert.Equal(HttpStatusCode.NoContent, (await host.SendAsync(HttpMethod.Delete, $"/api/keys/{id:D}", client: client)).Answer.StatusCode);
    }

    [Fact]
    public async Task Keys_LastAcrossARestart_AndTheFileIsTheTruth()
    {
        using var data = new TemporaryDirectory();
        string admin, laptop;
        await using (var first = await ApiFakesHost.StartAsync(data["data"]))
        {
            (admin, laptop) = (first.AdminKey, (await first.NewKeyAsync()).Secret);
        }

        Assert.DoesNotContain(laptop, await File.ReadAllTextAsync(Path.Combine(data["data"], "edgemesh.db"), System.Text.Encoding.Latin1, Test), StringComparison.Ordinal);
        await using var second = await ApiFakesHost.StartAsync(data["data"]);
        Assert.Equal(admin, second.AdminKey);
        using var client = second.NewClient(laptop);
        Assert.Equal(HttpStatusCode.OK, (await second.SendAsync(HttpMethod.Get, "/api/devices", client: client)).Answer.StatusCode);
    }

    private static async Task ReadToEndAsync(Stream stream)
    {
        var buffer = new byte[1024];
        try
        {
            while (await stream.ReadAsync(buffer, Test) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // Cut, as it should be.
        }
    }

    private static async Task WatchAsync(HubConnection hub)
    {
        try
        {
            await foreach (var message in hub.StreamAsync<System.Text.Json.JsonElement>("WatchFleet", Test))
            {
                Assert.True(message.GetProperty("version").GetInt64() > 0);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !Test.IsCancellationRequested)
        {
            // The connection is gone.
        }
    }
}
