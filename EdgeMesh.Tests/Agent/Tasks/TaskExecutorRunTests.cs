using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>What an attempt writes, how it ends by itself, and what its readers get.</summary>
public sealed class TaskExecutorRunTests : ExecutorTest
{
    [Fact]
    public async Task Read_LateReader_GetsTheSameAsAnEarlyOne()
    {
        var run = new TaskRun(Request("t1"));
        var early = "";
        var read = 0;
        for (var i = 0; i < 1_000; i++)
        {
            run.Text($"{i} ");
            if (i % 7 == 0)
            {
                var (updates, _, _) = run.Read(read);
                read += updates.Count;
                early += string.Concat(updates.Select(u => u.Text));
            }
        }

        run.End(new TaskUpdate { Receipt = new TaskReceipt() }, 1);
        early += string.Concat(run.Read(read).Updates.Select(u => u.Text));
        Assert.Equal(early, Text(run));
        Assert.Equal(string.Concat(Enumerable.Range(0, 1_000).Select(i => $"{i} ")), early);
        await run.Ended;
        run.Dispose();
    }

    [Fact]
    public void Progress_ReaderIsThere_SeesTheNewestEachTime()
    {
        using var run = new TaskRun(Request("t1"));
        var read = 0;
        foreach (var fraction in new[] { 0.1, 0.2, 0.3 })
        {
            run.Progress(fraction / 2, "");
            run.Progress(fraction, "");
            var (updates, _, _) = run.Read(read);
            read += updates.Count;
            Assert.Equal(fraction, Assert.Single(updates).Progress.Fraction);
        }
    }

    [Fact]
    public void Text_NobodyReads_IsKeptInFewPieces()
    {
        using var run = new TaskRun(Request("t1"));
        for (var i = 0; i < 10_000; i++)
        {
            run.Progress(i / 10_000.0, "");
            run.Progress(i / 10_000.0, "again");
        }

        for (var i = 0; i < 100_000; i++)
        {
            run.Text("word");
        }

        Assert.InRange(run.Read(0).Updates.Count, 2, 110);
        Assert.Equal(400_000, Text(run).Length);
    }

    [Fact]
    public async Task Run_TooLong_IsATimeoutThatSaysHowLong()
    {
        var executor = New();
        var request = Request("t1");
        request.TimeoutMs = 1_500;
        var run = executor.Start(request).Run!;
        await Until.TrueAsync("it to run", () => Held.Runs == 1);
        Clock.Advance(TimeSpan.FromMilliseconds(1_499));
        Assert.False(run.IsOver);
        Clock.Advance(TimeSpan.FromMilliseconds(2));
        await run.Ended;
        Assert.Equal((nameof(ReasonCode.Timeout), "It took longer than 1.5 s."), (Updates(run)[^1].Failure.Reason, Updates(run)[^1].Failure.Cause));
    }

    [Fact]
    public async Task Run_SilentAfterItBegan_IsATimeoutThatSaysWhatWasHeardLast()
    {
        var request = Request("stalls");
        (request.StallMs, request.TimeoutMs) = (2_000, 60_000);
        var run = New().Start(request).Run!;

        // Before its first output only the deadline counts.
        await Until.TrueAsync("it to load", () => Updates(run).Exists(u => u.Progress is not null));
        Clock.Advance(TimeSpan.FromSeconds(30));
        Held.Finish("begin");
        await Until.TrueAsync("some text", () => Text(run) == "so far");
        Clock.Advance(TimeSpan.FromMilliseconds(1_500));
        Held.Finish("go on");
        await Until.TrueAsync("progress", () => Updates(run).Exists(u => u.Progress is { Fraction: 0.5 }));
        Clock.Advance(TimeSpan.FromMilliseconds(1_500));
        Assert.False(run.IsOver);
        Clock.Advance(TimeSpan.FromMilliseconds(501));
        await run.Ended;

        var failure = Updates(run)[^1].Failure;
        Assert.Equal((nameof(ReasonCode.Timeout), "Held has said nothing for 2 s. The last it said was progress, 31.5 s after its start."), (failure.Reason, failure.Cause));
        Assert.Equal("so far", Text(run));
    }

    [Fact]
    public async Task Run_RuntimeThrows_IsInternalWithoutItsMessage()
    {
        var run = Start(New(), "throw");
        await run.Ended;
        var failure = Updates(run)[^1].Failure;
        Assert.Equal((nameof(ReasonCode.Internal), "Held failed: InvalidOperationException."), (failure.Reason, failure.Cause));
    }

    [Fact]
    public async Task Run_ExpectedFailure_IsTold()
    {
        var run = Start(New(), "fail");
        await run.Ended;
        Assert.Equal((nameof(ReasonCode.BadInput), "Not …/net.onnx."), (Updates(run)[^1].Failure.Reason, Updates(run)[^1].Failure.Cause));
    }

    [Fact]
    public async Task Run_WritesWithoutEnd_IsStopped()
    {
        var run = Start(new TaskExecutor(Catalog, new TaskLimits { MostOutputChars = 1_000 }, Clock, Agent), "flood");
        await run.Ended;
        Assert.Equal(nameof(ReasonCode.BadOutput), Updates(run)[^1].Failure.Reason);
        Assert.InRange(Text(run).Length, 0, 1_000);
    }

    [Fact]
    public async Task Run_Receipt_SaysWhatRanAndHowLong()
    {
        var executor = New();
        var run = Start(executor, "t1");
        await Until.TrueAsync("some text", () => Text(run).Length > 0);
        Clock.Advance(TimeSpan.FromMilliseconds(40));
        Held.Finish("t1");
        await run.Ended;
        var receipt = Updates(run)[^1].Receipt;
        Assert.Equal(("held", "model", 40d, 0d), (receipt.RuntimeId, receipt.ModelId, receipt.RunMs, receipt.FirstOutputMs));
        Assert.NotEmpty(receipt.AgentVersion);
    }
}
