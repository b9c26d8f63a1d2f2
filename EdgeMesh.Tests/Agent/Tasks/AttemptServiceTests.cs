using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>What orchestrators may ask about attempts, by the real service over links in memory.</summary>
public sealed class AttemptServiceTests : IAsyncLifetime
{
    private readonly HeldRuntime _held = new();
    private ServedAgent _agent = null!;
    private DeviceService.DeviceServiceClient _one = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _agent = await ServedAgent.StartAsync(_held);
        _one = _agent.Link("one");
    }

    public ValueTask DisposeAsync() => _agent.DisposeAsync();

    [Fact]
    public async Task Attach_AfterABrokenStream_TellsTheRestOnce()
    {
        await FirstTextAsync(_one, "t1");
        _held.Finish("t1");

        var rest = await ReadAsync(_one.Attach(new AttachRequest { Attempt = Ref("t1"), Text = "done".Length }, cancellationToken: Stop));

        Assert.Equal(" t1", Text(rest));
        Assert.NotNull(rest[^1].Receipt);
        Assert.Equal(1, _held.Runs);
        Assert.Equal("done t1", Text(await ReadAsync(_one.Attach(new AttachRequest { Attempt = Ref("t1") }, cancellationToken: Stop))));
    }

    [Fact]
    public async Task RunTask_SameAttemptOverALinkOfItsOwn_IsTheSameAsAttachFromTheStart()
    {
        await FirstTextAsync(_one, "t1");
        using var again = _agent.Link("one").RunTask(Request("t1"), cancellationToken: Stop);
        _held.Finish("t1");
        Assert.Equal("done t1", Text(await ReadAsync(again)));
        Assert.Equal(1, _held.Runs);
    }

    [Fact]
    public async Task Attach_UnknownOrAnothers_IsNotFound()
    {
        await FirstTextAsync(_one, "t1");
        var two = _agent.Link("two");
        Assert.Equal(StatusCode.NotFound, await StatusAsync(two.Attach(new AttachRequest { Attempt = Ref("t1") }, cancellationToken: Stop)));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(_one.Attach(new AttachRequest { Attempt = Ref("t1", attempt: 2) }, cancellationToken: Stop)));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(_one.Attach(new AttachRequest(), cancellationToken: Stop)));
        Assert.Empty((await two.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts);
    }

    [Fact]
    public async Task ListAttempts_AndAcknowledge_KeepWhatHasNotEnded()
    {
        await FirstTextAsync(_one, "t1");
        await FirstTextAsync(_one, "t2");
        using var third = _one.RunTask(Request("t3"), cancellationToken: Stop);
        await third.ResponseStream.MoveNext(Stop);
        _held.Finish("t1");
        await ReadAsync(_one.Attach(new AttachRequest { Attempt = Ref("t1") }, cancellationToken: Stop));
        await Until.TrueAsync("the third to have the free place", () => _held.Runs == 3);
        using var fourth = _one.RunTask(Request("t4"), cancellationToken: Stop);
        await fourth.ResponseStream.MoveNext(Stop);

        Assert.Equal([("t1", true, true), ("t2", true, false), ("t3", true, false), ("t4", false, false)], await ListAsync());

        await _one.AcknowledgeAsync(new AcknowledgeRequest { Attempts = { Ref("t1", attempt: 2), Ref("t2"), Ref("t9") } }, cancellationToken: Stop);
        Assert.Equal(4, (await ListAsync()).Count);
        await _one.AcknowledgeAsync(new AcknowledgeRequest { Attempts = { Ref("t1") } }, cancellationToken: Stop);
        Assert.Equal(["t2", "t3", "t4"], (await ListAsync()).Select(a => a.Task));
        Assert.Equal(StatusCode.NotFound, await StatusAsync(_one.Attach(new AttachRequest { Attempt = Ref("t1") }, cancellationToken: Stop)));
    }

    [Fact]
    public async Task Watch_OfTwoStartsOfOneOrchestrator_TellsEachOfTheOther()
    {
        using var older = _one.Watch(new WatchRequest { Epoch = 4 }, cancellationToken: Stop);
        using var newer = _one.Watch(new WatchRequest { Epoch = 5 }, cancellationToken: Stop);
        await TellsAsync(older, StartHeard.Newer);
        await TellsAsync(newer, StartHeard.Older);

        static async Task TellsAsync(AsyncServerStreamingCall<Beat> watch, StartHeard other)
        {
            do
            {
                Assert.True(await watch.ResponseStream.MoveNext(Stop));
            }
            while (watch.ResponseStream.Current.OtherStart != other);
        }
    }

    [Fact]
    public async Task Orders_OfAnEarlierStart_AreNotFollowed()
    {
        await _one.ListAttemptsAsync(new ListAttemptsRequest { Epoch = 5 }, cancellationToken: Stop);
        _held.Finish("t1");
        var stale = Request("t1");
        stale.Epoch = 4;

        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(_one.RunTask(stale, cancellationToken: Stop)));
        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(_one.Attach(new AttachRequest { Attempt = Ref("t1"), Epoch = 4 }, cancellationToken: Stop)));
        var cancel = await Assert.ThrowsAsync<RpcException>(async () => await _one.CancelTaskAsync(new CancelRequest { Epoch = 4 }, cancellationToken: Stop));
        var list = await Assert.ThrowsAsync<RpcException>(async () => await _one.ListAttemptsAsync(new ListAttemptsRequest { Epoch = 4 }, cancellationToken: Stop));
        Assert.Equal((StatusCode.FailedPrecondition, StatusCode.FailedPrecondition), (cancel.StatusCode, list.StatusCode));
        Assert.Contains("an earlier start of the dashboard (epoch 4, the newest known here is 5)", cancel.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, _held.Runs);

        // Neither the same start, nor an old dashboard that tells none, nor another orchestrator is meant.
        stale.Epoch = 5;
        Assert.Equal("done t1", Text(await ReadAsync(_one.RunTask(stale, cancellationToken: Stop))));
        await _one.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop);
        await _agent.Link("two").ListAttemptsAsync(new ListAttemptsRequest { Epoch = 1 }, cancellationToken: Stop);
    }

    [Fact]
    public async Task Profile_SaysThatAttemptsAreKept() => Assert.True((await _one.GetProfileAsync(new ProfileRequest(), cancellationToken: Stop)).KeepsAttempts);

    private static TaskRequest Request(string task) => new() { JobId = "job", TaskId = task, Attempt = 1, Kind = TaskKindValue.LlmGenerate, RuntimeId = "held", ModelId = "model" };

    private static AttemptRef Ref(string task, int attempt = 1) => new() { JobId = "job", TaskId = task, Attempt = attempt };

    private static string Text(IEnumerable<TaskUpdate> updates) => string.Concat(updates.Select(u => u.Text));

    // Breaks the stream when the first text came.
    private static async Task FirstTextAsync(DeviceService.DeviceServiceClient link, string task)
    {
        using var call = link.RunTask(Request(task), cancellationToken: Stop);
        while (await call.ResponseStream.MoveNext(Stop) && Text(call.ResponseStream.Current.Updates).Length == 0)
        {
        }

        Assert.NotEmpty(Text(call.ResponseStream.Current.Updates));
    }

    private static async Task<List<TaskUpdate>> ReadAsync(AsyncServerStreamingCall<TaskFrame> call)
    {
        using (call)
        {
            return await call.ResponseStream.ReadAllAsync(Stop).SelectMany(f => f.Updates).ToListAsync(Stop);
        }
    }

    private static async Task<StatusCode> StatusAsync(AsyncServerStreamingCall<TaskFrame> call) => (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(call))).StatusCode;

    private async Task<List<(string Task, bool Started, bool Ended)>> ListAsync() =>
        [.. (await _one.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts.Select(a => (a.Attempt.TaskId, a.Started, a.Ended)).Order()];
}
