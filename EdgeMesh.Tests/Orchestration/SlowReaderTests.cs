using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Dashboard.Api;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace EdgeMesh.Tests.Orchestration;

/// <summary>Who reads slowly, or not at all, costs neither the job nor the dashboard's memory.</summary>
public sealed class SlowReaderTests
{
    private const int Pieces = 1_000;
    private const int PieceChars = 2_000;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public void Listener_FallsBehind_GetsWhatItWasToldFirstWithoutAGap()
    {
        var left = 0;
        using var listener = new JobListener(_ => left++);
        for (var n = 1; n <= JobListener.Most + 50; n++)
        {
            listener.Tell(Event(n));
        }

        Assert.Equal(JobListener.Most, listener.Waiting);
        Assert.Equal(Enumerable.Range(1, JobListener.Most).Select(n => (long)n), listener.ReadAsync(Test).ToBlockingEnumerable(Test).Select(e => e.Sequence));

        // There is room again, and nothing goes into it: an event is missing before it.
        listener.Tell(Event(1_000));
        Assert.Equal(0, listener.Waiting);
        listener.Dispose();
        listener.Dispose();
        Assert.Equal(1, left);
    }

    [Fact]
    public async Task Events_ReaderStopsReading_FewWaitForItAndItGoesOnFromTheJournal()
    {
        await using var mesh = await MeshHost.StartAsync();
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        await using var reader = (await mesh.Jobs.EventsAsync(id, 0, Test))!.GetAsyncEnumerator(Test);
        List<SequencedEvent> read = [];
        while (!read.Exists(e => e.Event is AttemptStarted))
        {
            Assert.True(await reader.MoveNextAsync());
            read.Add(reader.Current);
        }

        // It listens now, and takes the first live one.
        var next = reader.MoveNextAsync().AsTask();
        await Until.TrueAsync("the reader to listen", () => mesh.Jobs.SubscriberCount == 1);
        var feed = mesh.Services.GetRequiredService<JobFeed>();
        for (var n = 0; n < Pieces; n++)
        {
            one.Runs.Single().Text(Piece(n));
        }

        await mesh.JobAsync(id, v => v.Tasks[0].Current!.Output.Length == Pieces * PieceChars);
        // The first of them may have gone to the reader that waited.
        Assert.InRange(feed.Backlog, JobListener.Most - 1, JobListener.Most);
        one.Runs.Single().Succeed();
        var job = await mesh.EndedAsync(id);
        Assert.True(job.Version > 2 * JobListener.Most, $"Only {job.Version} events.");
        for (var more = await next; more; more = await reader.MoveNextAsync())
        {
            read.Add(reader.Current);
        }

        Assert.Equal(Enumerable.Range(1, (int)job.Version).Select(n => (long)n), read.Select(e => e.Sequence));
        Assert.IsType<JobEnded>(read[^1].Event);
        Assert.Equal(0, mesh.Jobs.SubscriberCount);
    }

    [Fact]
    public async Task Http_ClientThatReadsNothing_IsCutOffWithAReasonAndTheJobDoesNotNotice()
    {
        KeptLog<EventStream> log = new();
        await using var mesh = await MeshHost.StartAsync(s => s.AddSingleton<ILogger<EventStream>>(log), null, ("EdgeMesh:SlowReaderAfter", "00:00:01"));
        var one = await mesh.JoinAsync("One");
        one.OnRun = run => run.Started();
        var id = await mesh.SubmitAsync(Samples.Request());
        await mesh.JobAsync(id, v => v.Tasks is [{ State: TaskState.Running }]);
        using var silent = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4_096 };
        await silent.ConnectAsync(mesh.Address.Host, mesh.Address.Port, Test);
        await silent.SendAsync(Encoding.ASCII.GetBytes($"GET /api/jobs/{id}/events HTTP/1.1\r\nHost: {mesh.Address.Authority}\r\nAuthorization: {mesh.Client.DefaultRequestHeaders.Authorization}\r\n\r\n"), Test);
        await Until.TrueAsync("the reader to be there", () => mesh.Jobs.SubscriberCount == 1);

        // More than the sockets of both sides take: 2,000,000 characters of three bytes.
        var clock = Stopwatch.StartNew();
        for (var n = 0; n < Pieces; n++)
        {
            one.Runs.Single().Text(Piece(n));
        }

        one.Runs.Single().Succeed();
        var job = await mesh.EndedAsync(id);

        Assert.Equal(JobState.Succeeded, job.State);
        Assert.Equal(Pieces * PieceChars, job.Result!.Text!.Length);
        await Until.TrueAsync("the reader to be cut off", () => log.Lines.Count > 0 && mesh.Jobs.SubscriberCount == 0);
        Assert.Contains($"job {id} at this computer took nothing for 1 s", log.Lines[0], StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), $"It took {clock.Elapsed}.");
    }

    private static string Piece(int n) => n.ToString("0000", CultureInfo.InvariantCulture) + new string('日', PieceChars - 4);

    private static SequencedEvent Event(int n) => new(n, new OutputAppended(Samples.Now, new TaskId(1), 1, n, "x", null));
}
