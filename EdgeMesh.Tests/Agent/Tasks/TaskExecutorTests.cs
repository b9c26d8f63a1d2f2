using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Core.Models;
using EdgeMesh.Tests.Support;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks;

public sealed class TaskExecutorTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Lifetime _lifetime = new();
    private readonly HeldRuntime _runtime = new();
    private readonly RuntimeCatalog _catalog;

    public TaskExecutorTests() => _catalog = new RuntimeCatalog([_runtime]);

    public void Dispose()
    {
        _lifetime.Dispose();
        _catalog.Dispose();
    }

    [Fact]
    public async Task Start_MoreThanSlots_WaitsThenRuns()
    {
        var executor = New(slots: 1, queue: 5);
        var first = Start(executor, "t1");
        await Until.TrueAsync("the first to run", () => executor.Running == 1);
        var second = Start(executor, "t2");
        await Until.TrueAsync("the second to wait", () => executor.Waiting == 1);
        Assert.DoesNotContain(Updates(second), u => u.Accepted?.Started == true);
        _runtime.Finish("t1");
        await first.Ended;
        _runtime.Finish("t2");
        await second.Ended;
        Assert.Equal("done t2", Text(second));
        Assert.Equal((0, 0), (executor.Running, executor.Waiting));
    }

    [Fact]
    public void Start_QueueFull_IsBusyAlsoInABurst()
    {
        var executor = New(slots: 1, queue: 2);
        var answers = Enumerable.Range(1, 10).Select(n => executor.Start(Request($"t{n}"))).ToList();
        Assert.Equal(3, answers.Count(a => a.Run is not null));
        Assert.All(answers.Where(a => a.Run is null), a => Assert.Equal(nameof(ReasonCode.Busy), a.Refused!.Reason));
        Assert.NotNull(executor.Start(Request("t11", kind: TaskKindValue.Echo)).Run);
    }

    [Fact]
    public async Task Start_AfterSomeEnded_TakesNewOnesAgain()
    {
        var executor = New(slots: 1, queue: 0);
        for (var n = 1; n <= 5; n++)
        {
            _runtime.Finish($"t{n}");
            await Start(executor, $"t{n}").Ended;
        }
    }

    [Fact]
    public void Start_UnknownRuntime_IsUnsupported()
    {
        var request = Request("t1");
        request.RuntimeId = "nothing";
        Assert.Equal(nameof(ReasonCode.Unsupported), New().Start(request).Refused!.Reason);
    }

    [Fact]
    public async Task Start_OlderAttempt_IsRefusedAndANewerStopsTheOlder()
    {
        var executor = New(slots: 1, queue: 5);
        var old = Start(executor, "t1", 2);
        Assert.Equal(nameof(ReasonCode.Refused), executor.Start(Request("t1", 1)).Refused!.Reason);
        var newer = Start(executor, "t1", 3);
        await old.Ended;
        Assert.Equal(nameof(ReasonCode.Cancelled), Updates(old)[^1].Failure.Reason);
        _runtime.Finish("t1");
        await newer.Ended;
        Assert.Equal("done t1", Text(newer));
    }

    [Fact]
    public async Task Start_SameAttemptAgain_GetsEverythingFromTheStart()
    {
        var executor = New();
        var first = Start(executor, "t1");
        await Until.TrueAsync("some text", () => Text(first).Length > 0);
        Assert.Same(first, Start(executor, "t1"));
        _runtime.Finish("t1");
        await first.Ended;
        Assert.Equal("done t1", Text(Start(executor, "t1")));
        Assert.Equal(1, _runtime.Runs);
    }

    [Fact]
    public async Task Read_LateReader_GetsTheSameAsAnEarlyOne()
    {
        var run = new TaskRun(Request("t1"), CancellationToken.None);
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
        using var run = new TaskRun(Request("t1"), CancellationToken.None);
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
        using var run = new TaskRun(Request("t1"), CancellationToken.None);
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
    public async Task Cancel_Running_AnswersWhenItHasStopped()
    {
        var executor = New(slots: 1, queue: 5);
        var run = Start(executor, "t1");
        await Until.TrueAsync("it to run", () => executor.Running == 1);
        Assert.True(await executor.CancelAsync(Cancel("t1", 1), TestContext.Current.CancellationToken));
        Assert.True(run.IsOver);
        Assert.Equal((nameof(ReasonCode.Cancelled), "It was cancelled."), (Updates(run)[^1].Failure.Reason, Updates(run)[^1].Failure.Cause));
        Assert.True(await executor.CancelAsync(Cancel("t1", 1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Cancel_UnknownOrOtherAttempt_IsFalseAndStopsNothing()
    {
        var executor = New();
        var run = Start(executor, "t1", 2);
        Assert.False(await executor.CancelAsync(Cancel("t1", 1), TestContext.Current.CancellationToken));
        Assert.False(await executor.CancelAsync(Cancel("t9", 1), TestContext.Current.CancellationToken));
        Assert.False(await executor.CancelAsync(new CancelRequest(), TestContext.Current.CancellationToken));
        _runtime.Finish("t1");
        await run.Ended;
        Assert.NotNull(Updates(run)[^1].Receipt);
    }

    [Fact]
    public async Task Cancel_Waiting_GivesItsPlaceToOthers()
    {
        var executor = New(slots: 1, queue: 1);
        Start(executor, "t1");
        await Until.TrueAsync("the first to run", () => executor.Running == 1);
        Start(executor, "t2");
        Assert.NotNull(executor.Start(Request("t3")).Refused);
        Assert.True(await executor.CancelAsync(Cancel("t2", 1), TestContext.Current.CancellationToken));
        Assert.NotNull(executor.Start(Request("t3")).Run);
    }

    [Fact]
    public async Task Run_TooLong_IsATimeoutThatSaysHowLong()
    {
        var executor = New();
        var request = Request("t1");
        request.TimeoutMs = 1_500;
        var run = executor.Start(request).Run!;
        await Until.TrueAsync("it to run", () => _runtime.Runs == 1);
        _time.Advance(TimeSpan.FromMilliseconds(1_499));
        Assert.False(run.IsOver);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        await run.Ended;
        Assert.Equal((nameof(ReasonCode.Timeout), "It took longer than 1.5 s."), (Updates(run)[^1].Failure.Reason, Updates(run)[^1].Failure.Cause));
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
        Assert.Equal((nameof(ReasonCode.BadInput), "No."), (Updates(run)[^1].Failure.Reason, Updates(run)[^1].Failure.Cause));
    }

    [Fact]
    public async Task Run_WritesWithoutEnd_IsStopped()
    {
        var run = Start(new TaskExecutor(_catalog, new TaskLimits { MostOutputChars = 1_000 }, _time, _lifetime), "flood");
        await run.Ended;
        Assert.Equal(nameof(ReasonCode.BadOutput), Updates(run)[^1].Failure.Reason);
        Assert.InRange(Text(run).Length, 0, 1_000);
    }

    [Fact]
    public async Task Run_AgentStops_SaysSo()
    {
        var run = Start(New(), "t1");
        await Until.TrueAsync("it to run", () => _runtime.Runs == 1);
        _lifetime.StopApplication();
        await run.Ended;
        Assert.Equal("The agent was stopped.", Updates(run)[^1].Failure.Cause);
    }

    [Fact]
    public async Task Run_Receipt_SaysWhatRanAndHowLong()
    {
        var executor = New();
        var run = Start(executor, "t1");
        await Until.TrueAsync("some text", () => Text(run).Length > 0);
        _time.Advance(TimeSpan.FromMilliseconds(40));
        _runtime.Finish("t1");
        await run.Ended;
        var receipt = Updates(run)[^1].Receipt;
        Assert.Equal(("held", "model", 40d, 0d), (receipt.RuntimeId, receipt.ModelId, receipt.RunMs, receipt.FirstOutputMs));
        Assert.NotEmpty(receipt.AgentVersion);
    }

    [Fact]
    public async Task Kept_ManyOrLargeResults_AreForgottenOldestFirst()
    {
        var executor = new TaskExecutor(_catalog, new TaskLimits { KeptResults = 8, KeptSize = 100_000 }, _time, _lifetime);
        for (var n = 1; n <= 30; n++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await Start(executor, $"echo{n}", kind: TaskKindValue.Echo).Ended;
        }

        await Until.TrueAsync("the oldest to be forgotten", async () => !await executor.CancelAsync(Cancel("echo1", 1), TestContext.Current.CancellationToken));
        Assert.True(await executor.CancelAsync(Cancel("echo30", 1), TestContext.Current.CancellationToken));

        _time.Advance(TimeSpan.FromMilliseconds(1));
        var large = Start(executor, "large", kind: TaskKindValue.Echo);
        await large.Ended;
        Assert.Equal("", large.Request.Text);
        Assert.Same(large, Start(executor, "large", kind: TaskKindValue.Echo));
        await Until.TrueAsync("the others to make room", async () => !await executor.CancelAsync(Cancel("echo30", 1), TestContext.Current.CancellationToken));
    }

    private static TaskRequest Request(string task, int attempt = 1, TaskKindValue kind = TaskKindValue.LlmGenerate) =>
        new() { JobId = "job", TaskId = task, Attempt = attempt, Kind = kind, RuntimeId = "held", ModelId = "model", Text = "input" };

    private static CancelRequest Cancel(string task, int attempt) => new() { JobId = "job", TaskId = task, Attempt = attempt };

    private static TaskRun Start(TaskExecutor executor, string task, int attempt = 1, TaskKindValue kind = TaskKindValue.LlmGenerate) =>
        executor.Start(Request(task, attempt, kind)).Run!;

    private static List<TaskUpdate> Updates(TaskRun run) => run.Read(0).Updates;

    private static string Text(TaskRun run) => string.Concat(Updates(run).Select(u => u.Text));

    private TaskExecutor New(int slots = 2, int queue = 64) => new(_catalog, new TaskLimits { Slots = slots, Queue = queue }, _time, _lifetime);

    /// <summary>Runs a task until the test lets it finish; some names do something else.</summary>
    private sealed class HeldRuntime : IRuntime
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource> _held = new();
        private int _runs;

        public int Runs => Volatile.Read(ref _runs);

        public RuntimeInfo Info { get; } = new("held", "Held", RuntimeState.Ready, null, [], [TaskKind.LlmGenerate], null);

        public void Finish(string task) => Held(task).TrySetResult();

        public Task WatchAsync(Action changed, CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task<TaskReceipt> RunAsync(TaskRequest task, ITaskOutput output, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            switch (task.TaskId)
            {
                case "throw":
                    throw new InvalidOperationException("a secret of the prompt");
                case "fail":
                    throw new TaskFailedException(ReasonCode.BadInput, "No.");
                case "flood":
                    while (true)
                    {
                        output.Text(new string('x', 100));
                    }

                case "large":
                    output.Text(new string('x', 200_000));
                    break;
            }

            if (task.Kind != TaskKindValue.Echo)
            {
                output.Text("done ");
                await Held(task.TaskId).Task.WaitAsync(cancellationToken);
            }

            output.Text(task.TaskId);
            return new TaskReceipt();
        }

        private TaskCompletionSource Held(string task) => _held.GetOrAdd(task, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
