using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Costing;
using EdgeMesh.Core.Events;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Planning;
using EdgeMesh.Core.Tasks;
using EdgeMesh.Dashboard.Configuration;
using EdgeMesh.Dashboard.Orchestration;
using EdgeMesh.Dashboard.Orchestration.Attempts;
using EdgeMesh.Dashboard.Storage.Artifacts;
using EdgeMesh.Tests.Fakes;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace EdgeMesh.Tests.Orchestration.Attempts;

/// <summary>However a device cuts its output into pieces, few of them are stored, and only its own attempt ends.</summary>
public sealed class AttemptFollowerTests : IDisposable
{
    private const int Most = 20;
    private readonly TemporaryDirectory _data = new();
    private readonly FakeTimeProvider _time = new(Samples.Now);
    private readonly List<JobEvent> _told = [];
    private int _stops;
    private bool _isLeading = true;

    private static CancellationToken Test => TestContext.Current.CancellationToken;

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Read_PiecesWithoutEnd_EndsThatAttemptAndTellsItsDeviceToStop()
    {
        await using var hostile = Follower("Hostile", AttemptPosition.Start);
        var failed = Assert.IsType<AttemptFailed>(await ReadAsync(hostile, Endless()));
        Assert.Equal(ReasonCode.BadOutput, failed.Reason);
        Assert.Contains("Hostile told its output in more than 20 pieces", failed.Cause, StringComparison.Ordinal);
        Assert.Equal((Most + 1, 1), (_told.Count, _stops));

        // The next one has pieces of its own.
        _told.Clear();
        await using var other = Follower("Other", AttemptPosition.Start);
        Assert.IsType<AttemptSucceeded>(await ReadAsync(other, [.. Endless().Take(Most), new TaskUpdate { Receipt = new TaskReceipt { RuntimeId = "runtime", ModelId = "model", AgentVersion = "0.1" } }]));
        Assert.Equal((Most, 1), (_told.Count, _stops));
    }

    [Fact]
    public async Task Read_LinkThatBreaksAgainAndAgain_DoesNotBeginToCountAnew()
    {
        var position = AttemptPosition.Start;
        JobEvent? end = null;
        for (var link = 0; link < 5 && end is null; link++)
        {
            await using var follower = Follower("Hostile", position);
            try
            {
                end = await ReadAsync(follower, [.. Endless().Take(Most / 2), null]);
            }
            catch (RpcException)
            {
                position = follower.Position;
            }
        }

        Assert.Equal(ReasonCode.BadOutput, Assert.IsType<AttemptFailed>(end).Reason);
        Assert.Equal(Most + 1, _told.Count);
    }

    [Fact]
    public void Pieces_OfAnAttemptThatToldMany_AreNotToldOneByOneAgainOverTheNextLink()
    {
        var told = 0;
        OutputPieces pieces = new(_time, (_, _) => told++, told: 1_000);
        for (var i = 0; i < 1_000; i++)
        {
            pieces.Add("x", isReasoning: false);
        }

        Assert.Equal(0, told);
        _time.Advance(TimeSpan.FromMilliseconds(100));
        pieces.Add("x", isReasoning: false);
        Assert.Equal(1, told);
    }

    [Fact]
    public void Position_SameFiles_IsTheSame()
    {
        AttemptPosition one = new(1, 2, 0, ["a.png", "b.png"], true), same = new(1, 2, 0, ["a.png", "b.png"], true);
        Assert.True(one.IsAt(same));
        Assert.False(one.IsAt(same with { Artifacts = ["a.png"] }));
        Assert.False(one.IsAt(same with { Text = 2 }));
    }

    [Fact]
    public async Task Read_AnotherAttemptLeads_HoldsBackWhatItWritesUntilItLeads()
    {
        _isLeading = false;
        await using var follower = Follower("Second", AttemptPosition.Start);
        TaskUpdate[] updates = [new() { Accepted = new Accepted { Started = true } }, new() { Reasoning = "hm" }, new() { Text = "a" }, new() { Text = "b" }];
        await Assert.ThrowsAsync<RpcException>(() => ReadAsync(follower, [.. updates, null]));
        Assert.IsType<AttemptStarted>(Assert.Single(_told));

        // What was not told has to be heard again when listening goes on.
        Assert.Equal(new AttemptPosition(0, 0, 0, [], true, 1), follower.Position with { Artifacts = [] });

        _isLeading = true;
        await Assert.ThrowsAsync<RpcException>(() => ReadAsync(follower, [new() { Text = "c" }, null]));
        Assert.Equal(["b", "c"], _told.OfType<OutputAppended>().Skip(1).Select(e => e.Text));
        Assert.Equal(new AttemptPosition(3, 2, 0, [], true, 5), follower.Position with { Artifacts = [] });
        Assert.Empty(follower.Held);
    }

    [Fact]
    public async Task Read_AnotherAttemptLeadsToTheEnd_WhatItWroteIsToldWithItsSuccess()
    {
        _isLeading = false;
        await using var follower = Follower("Second", AttemptPosition.Start);
        var end = await ReadAsync(follower, [new() { Text = "a" }, new() { Text = "b" }, new TaskUpdate { Receipt = new TaskReceipt { RuntimeId = "runtime", ModelId = "model", AgentVersion = "0.1" } }]);
        Assert.IsType<AttemptSucceeded>(end);
        Assert.Empty(_told);
        Assert.Equal(["a", "b"], follower.Held.Cast<OutputAppended>().Select(e => e.Text));
    }

    private static IEnumerable<TaskUpdate> Endless()
    {
        while (true)
        {
            yield return new TaskUpdate { Text = "x" };
        }
    }

    private AttemptFollower Follower(string device, AttemptPosition from)
    {
        var task = Samples.Task(1, TaskKind.LlmGenerate);
        TaskPlacement placement = new(task.Id, Samples.DeviceIdOf(device), device, "runtime", "model", null, new Estimate(1, 2, 0, EstimateOrigin.Prior, 0), "Why.", null);
        AttemptOrder order = new(new AttemptId(JobId.New(Samples.Now), task.Id, 1), JobKind.Chat, "A title", task, placement, "", Samples.Now);
        ArtifactStore store = new(new DashboardOptions { DataDirectory = _data.Path }, new ArtifactOptions(), NullLogger<ArtifactStore>.Instance);
        return new AttemptFollower(order, from, new FollowedDevice(device, []), store, new OrchestratorOptions { MaxEventsPerAttempt = Most }, _time, _told.Add, _ => { }, () => _isLeading);
    }

    private Task<JobEvent> ReadAsync(AttemptFollower follower, IEnumerable<TaskUpdate?> updates) => follower.ReadAsync(new Frames(updates), _ => Task.CompletedTask, () => _stops++, Test);

    /// <summary>One update in a frame; null is a link that breaks.</summary>
    private sealed class Frames(IEnumerable<TaskUpdate?> updates) : IAsyncStreamReader<TaskFrame>
    {
        private readonly IEnumerator<TaskUpdate?> _updates = updates.GetEnumerator();

        public TaskFrame Current => new() { Updates = { _updates.Current } };

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var more = _updates.MoveNext();
            return more && _updates.Current is null ? throw new RpcException(new Status(StatusCode.Unavailable, "The connection closed.")) : Task.FromResult(more);
        }
    }
}
