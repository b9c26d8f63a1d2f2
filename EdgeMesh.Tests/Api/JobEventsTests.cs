using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Api;

/// <summary>A job's journal as server-sent events.</summary>
public sealed class JobEventsTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stream_FollowsTheJournalInOrderAndEndsAfterJobEnded()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        var reading = ReadAsync(mesh.Client, id, null);
        await Until.TrueAsync("the reader to be there", () => mesh.Jobs.SubscriberCount == 1);
        one.Runs.Single().Text("Short. \n\n line 日本").Succeed();

        var all = await reading.WaitAsync(Test);

        Assert.Equal("JobSubmitted", all[0].EventType);
        Assert.Equal("PlanMade", all[1].EventType);
        Assert.Equal("AttemptPlaced", all[2].EventType);
        Assert.Contains(all, e => e.EventType == "AttemptStarted");
        Assert.Contains(all, e => e.EventType == "OutputAppended");
        Assert.Contains(all, e => e.EventType == "AttemptSucceeded");
        Assert.Contains(all, e => e.EventType == "TaskEnded");
        Assert.Equal("JobEnded", all[^1].EventType);
        Assert.Equal(Enumerable.Range(1, all.Count).Select(n => $"{n}"), all.Select(e => e.EventId));
        Assert.All(all, e =>
        {
            var data = JsonSerializer.Deserialize<JsonElement>(e.Data);
            Assert.Equal(e.EventType, data.GetProperty("type").GetString());
            Assert.EndsWith("Z", data.GetProperty("at").GetString(), StringComparison.Ordinal);
        });
        var output = JsonSerializer.Deserialize<JsonElement>(all.First(e => e.EventType == "OutputAppended").Data);
        Assert.Equal("Short. \n\n line 日本", output.GetProperty("text").GetString());
        Assert.Equal(JsonValueKind.Null, output.GetProperty("artifact").ValueKind);
        var options = JsonSerializer.Deserialize<JsonElement>(all[1].Data).GetProperty("plan").GetProperty("tasks")[0].GetProperty("options");
        Assert.Equal("summarize", options.GetProperty("kind").GetString());
        Assert.Equal(0, mesh.Jobs.SubscriberCount);
    }

    [Fact]
    public async Task Stream_WithLastEventId_GoesOnBehindIt()
    {
        await using var mesh = await MeshHost.StartAsync();
        await mesh.JoinAsync("One");
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.EndedAsync(id);
        var all = await ReadAsync(mesh.Client, id, null);

        Assert.Equal(all.Skip(3).Select(e => e.Data), (await ReadAsync(mesh.Client, id, "3")).Select(e => e.Data));

        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        request.Headers.Add("Last-Event-ID", all[^1].EventId);
        Assert.Equal(HttpStatusCode.NoContent, (await mesh.SendAsync(request)).Answer.StatusCode);
    }

    [Fact]
    public async Task Stream_QuietForAWhile_SendsAComment()
    {
        FakeTimeProvider time = new(Samples.Now);
        await using var host = await ApiFakesHost.StartAsync(time: time);
        var job = Samples.Job();
        host.Jobs.PublishJob(job);
        host.Jobs.AppendEvent(job.Id, new JobSubmitted(Samples.Now, job.Id, job.Request, job.Title, null));
        using var answer = await host.Client.GetAsync(new Uri($"/api/jobs/{job.Id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Test);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Test));
        Assert.Equal("event: JobSubmitted", await lines.ReadLineAsync(Test));
        Assert.Equal("id: 1", await lines.ReadLineAsync(Test));
        Assert.StartsWith("data: {", await lines.ReadLineAsync(Test), StringComparison.Ordinal);
        Assert.Equal("", await lines.ReadLineAsync(Test));

        var next = lines.ReadLineAsync(Test).AsTask();
        await Until.TrueAsync("a comment", () =>
        {
            time.Advance(TimeSpan.FromSeconds(15));
            return next.IsCompleted;
        });
        Assert.Equal(":", await next);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
    }

    [Fact]
    public async Task Stream_ReaderGoesAway_LeavesNoSubscriber()
    {
        await using var host = await ApiFakesHost.StartAsync();
        var job = Samples.Job();
        host.Jobs.PublishJob(job);
        host.Jobs.AppendEvent(job.Id, new JobSubmitted(Samples.Now, job.Id, job.Request, job.Title, null));
        var answer = await host.Client.GetAsync(new Uri($"/api/jobs/{job.Id}/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Test);
        await Until.TrueAsync("the reader to be there", () => host.Jobs.SubscriberCount == 1);

        answer.Dispose();

        await Until.TrueAsync("the reader to be gone", () => host.Jobs.SubscriberCount == 0);
    }

    private static async Task<List<(string EventType, string? EventId, string Data)>> ReadAsync(HttpClient client, JobId id, string? last)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/jobs/{id}/events");
        if (last is not null)
        {
            request.Headers.Add("Last-Event-ID", last);
        }

        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Test);
        List<(string, string?, string)> events = [];
        await foreach (var item in SseParser.Create(await answer.Content.ReadAsStreamAsync(Test)).EnumerateAsync(Test))
        {
            events.Add((item.EventType, item.EventId, item.Data));
        }

        return events;
    }
}
