using System.Net;
using System.Text.Json;
using EdgeMesh.Core.Devices;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Hubs;

/// <summary>Live streams for programs.</summary>
public sealed class MeshHubTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    public async Task WatchFleet_IsASnapshotThenVersionedChanges(HttpTransportType transport)
    {
        await using var host = await ApiFakesHost.StartAsync();
        await using var hub = await ConnectAsync(host, host.AdminKey, transport);
        await using var messages = hub.StreamAsync<JsonElement>("WatchFleet", Test).GetAsyncEnumerator(Test);

        var first = await NextAsync(messages);
        Assert.Equal(["version", "snapshot", "devices", "removed"], first.EnumerateObject().Select(p => p.Name));
        Assert.True(first.GetProperty("snapshot").GetBoolean());
        Assert.Equal("Mini PC", first.GetProperty("devices")[0].GetProperty("name").GetString());
        Assert.Equal("Online", first.GetProperty("devices")[0].GetProperty("state").GetString());

        host.Fleet.Publish(Samples.Device(), Samples.Device("Phone", 1, DeviceState.Suspect));
        var second = await NextAsync(messages);
        Assert.False(second.GetProperty("snapshot").GetBoolean());
        Assert.True(second.GetProperty("version").GetInt64() > first.GetProperty("version").GetInt64());
        Assert.Contains(second.GetProperty("devices").EnumerateArray(), d => d.GetProperty("name").GetString() == "Phone");

        host.Fleet.Publish(Samples.Device("Phone", 1, DeviceState.Suspect));
        Assert.Equal(Samples.DeviceIdOf("Mini PC").Value, (await NextAsync(messages)).GetProperty("removed")[0].GetString());

        await hub.StopAsync(Test);
        await Until.TrueAsync("no subscriber to be left", () => host.Fleet.SubscriberCount == 0);
    }

    [Fact]
    public async Task WatchJob_IsASnapshotThenWhatIsNewAndEndsWithTheJob()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var id = Samples.NewJobId();
        host.Jobs.PublishJob(Samples.Job(JobState.Running, id, output: "one "));
        await using var hub = await ConnectAsync(host, host.AdminKey);
        await using var messages = hub.StreamAsync<JsonElement>("WatchJob", id.Value, Test).GetAsyncEnumerator(Test);

        var first = await NextAsync(messages);
        Assert.Equal(["version", "snapshot", "job", "progress", "output"], first.EnumerateObject().Select(p => p.Name));
        Assert.True(first.GetProperty("snapshot").GetBoolean());
        Assert.Equal("Running", first.GetProperty("job").GetProperty("state").GetString());
        Assert.Equal(("one ", 0), Output(first));

        host.Jobs.PublishJob(Samples.Job(JobState.Succeeded, id, output: "one two"));
        var second = await NextAsync(messages);
        Assert.Equal(("two", 4), Output(second));
        Assert.True(second.GetProperty("version").GetInt64() > first.GetProperty("version").GetInt64());
        Assert.Equal("Succeeded", second.GetProperty("job").GetProperty("state").GetString());
        Assert.False(await messages.MoveNextAsync());
        await Until.TrueAsync("no subscriber to be left", () => host.Jobs.SubscriberCount == 0);

        static (string?, int) Output(JsonElement message) =>
            (message.GetProperty("output")[0].GetProperty("text").GetString(), message.GetProperty("output")[0].GetProperty("offset").GetInt32());
    }

    [Fact]
    public async Task WatchFleet_WhileEverythingChanges_IsToldTenTimesASecondAtMost()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        await using var hub = await ConnectAsync(host, host.AdminKey);
        await using var messages = hub.StreamAsync<JsonElement>("WatchFleet", Test).GetAsyncEnumerator(Test);
        await NextAsync(messages);
        host.Fleet.Publish(Samples.Device("Phone 0"));
        await NextAsync(messages);

        // The next tenth of a second has not passed: whatever comes is told as one message, with the newest of it.
        for (var n = 1; n <= 50; n++)
        {
            host.Fleet.Publish(Samples.Device($"Phone {n}"));
        }

        var next = NextAsync(messages);
        Assert.False(next.IsCompleted);
        await Until.TrueAsync("the message to come with the time", () =>
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return next.IsCompleted;
        });
        var message = await next;
        Assert.Equal("Phone 50", Assert.Single(message.GetProperty("devices").EnumerateArray()).GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task WatchJob_Unknown_SaysSo(string id)
    {
        await using var host = await ApiFakesHost.StartAsync();
        await using var hub = await ConnectAsync(host, host.AdminKey);
        await using var messages = hub.StreamAsync<JsonElement>("WatchJob", id, Test).GetAsyncEnumerator(Test);
        var refused = await Assert.ThrowsAsync<HubException>(async () => await messages.MoveNextAsync());
        Assert.Contains("No job", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("em_wrong")]
    public async Task Connect_WithoutAKey_IsRefused(string? key)
    {
        await using var host = await ApiFakesHost.StartAsync();
        await using var hub = Build(host, key, HttpTransportType.WebSockets);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => hub.StartAsync(Test));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal(0, host.Fleet.SubscriberCount);
    }

    [Fact]
    public async Task Connect_ByLongPolling_IsNotOffered()
    {
        await using var host = await ApiFakesHost.StartAsync();
        await using var hub = Build(host, host.AdminKey, HttpTransportType.LongPolling);
        await Assert.ThrowsAnyAsync<Exception>(() => hub.StartAsync(Test));
    }

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<JsonElement> messages)
    {
        Assert.True(await messages.MoveNextAsync());
        return messages.Current;
    }

    private static async Task<HubConnection> ConnectAsync(ApiFakesHost host, string key, HttpTransportType transport = HttpTransportType.WebSockets)
    {
        var hub = Build(host, key, transport);
        await hub.StartAsync(Test);
        return hub;
    }

    private static HubConnection Build(ApiFakesHost host, string? key, HttpTransportType transport) => new HubConnectionBuilder()
        .WithUrl(new Uri(host.Address, "/hubs/mesh"), o =>
        {
            o.Transports = transport;
            if (key is not null)
            {
                o.Headers["Authorization"] = $"Bearer {key}";
            }
        }).Build();
}
