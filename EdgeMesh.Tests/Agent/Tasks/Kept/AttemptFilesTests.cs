using EdgeMesh.Agent.Tasks.Kept;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks.Kept;

/// <summary>What an agent knows of its attempts after it was started again, by the real service over a link in memory.</summary>
public sealed class AttemptFilesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly HeldRuntime _held = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Start_AfterAnAgentThatWasKilled_TellsWhatEndedAndEndsTheRestOnce()
    {
        await using var killed = await ServedAgent.StartAsync(_directory["killed"], _held);
        var link = killed.Link("one");
        await link.ListAttemptsAsync(new ListAttemptsRequest { Epoch = 7 }, cancellationToken: Stop);
        using var first = Run(link, "t1");
        using var second = Run(link, "t2");
        await Until.TrueAsync("both to run", () => _held.Runs == 2);
        using var third = Run(link, "t3");
        using var small = Run(link, "small", TaskKindValue.Echo);
        await first.ResponseStream.MoveNext(Stop);
        _held.Finish("t1");
        await Until.TrueAsync("all to be on disk", () => Texts("killed") is ["done ", "done ", "done t1"]);

        // What a killed process leaves is what is on disk while it still works.
        Copy("killed", "again");
        await using var again = await ServedAgent.StartAsync(_directory["again"], new HeldRuntime());
        var after = again.Link("one");

        Assert.Equal(3, (await after.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts.Count(a => a.Ended));
        Assert.NotNull((await AttachAsync(after, "t1", "done ".Length, "t1"))[^1].Receipt);
        Assert.Equal(nameof(ReasonCode.Lost), (await AttachAsync(after, "t2", 0, "done "))[^1].Failure.Reason);
        Assert.Equal(nameof(ReasonCode.Lost), (await AttachAsync(after, "t3", 0, "done "))[^1].Failure.Reason);

        // More than there is: the caller heard what was not on disk yet.
        Assert.Equal(nameof(ReasonCode.Lost), (await AttachAsync(after, "t2", 500, ""))[^1].Failure.Reason);
        var stale = await Assert.ThrowsAsync<RpcException>(async () => await after.ListAttemptsAsync(new ListAttemptsRequest { Epoch = 6 }, cancellationToken: Stop));
        Assert.Equal(StatusCode.FailedPrecondition, stale.StatusCode);

        await after.AcknowledgeAsync(new AcknowledgeRequest { Attempts = { Ref("t1"), Ref("t2") } }, cancellationToken: Stop);
        await Until.TrueAsync("two files to go", () => Texts("again").Length == 1);
    }

    [Fact]
    public async Task Start_DamagedFile_IsSetAsideAndTheOthersAreTold()
    {
        await using (var agent = await ServedAgent.StartAsync(_directory["a"], _held))
        {
            using var first = Run(agent.Link("one"), "t1");
            _held.Finish("t1");
            await Until.TrueAsync("it to be on disk", () => Texts("a") is ["done t1"]);
        }

        await File.WriteAllTextAsync(Path.Combine(_directory["a"], "attempts", new string('0', 40) + AttemptFile.Extension), "This is no attempt, and longer than a record's head.", Stop);
        await using var again = await ServedAgent.StartAsync(_directory["a"], _held);
        Assert.Single((await again.Link("one").ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts);
        Assert.Single(Directory.GetFiles(Path.Combine(_directory["a"], "attempts"), "*.damaged"));
    }

    [Fact]
    public async Task Run_DiskCannotBeWrittenTo_GoesOnInMemory()
    {
        Directory.CreateDirectory(_directory["full"]);
        await File.WriteAllTextAsync(Path.Combine(_directory["full"], "attempts"), "", Stop);
        await using var agent = await ServedAgent.StartAsync(_directory["full"], _held);
        var link = agent.Link("one");
        for (var n = 1; n <= 3; n++)
        {
            _held.Finish($"t{n}");
            using var run = Run(link, $"t{n}");
            Assert.NotNull((await run.ResponseStream.ReadAllAsync(Stop).SelectMany(f => f.Updates).ToListAsync(Stop))[^1].Receipt);
        }

        Assert.Equal(3, (await link.ListAttemptsAsync(new ListAttemptsRequest(), cancellationToken: Stop)).Attempts.Count);
    }

    private static AsyncServerStreamingCall<TaskFrame> Run(DeviceService.DeviceServiceClient link, string task, TaskKindValue kind = TaskKindValue.LlmGenerate) =>
        link.RunTask(new TaskRequest { JobId = "job", TaskId = task, Attempt = 1, Kind = kind, RuntimeId = "held", ModelId = "model" }, cancellationToken: Stop);

    private static AttemptRef Ref(string task) => new() { JobId = "job", TaskId = task, Attempt = 1 };

    private static async Task<List<TaskUpdate>> AttachAsync(DeviceService.DeviceServiceClient link, string task, int has, string rest)
    {
        using var call = link.Attach(new AttachRequest { Attempt = Ref(task), Text = has }, cancellationToken: Stop);
        var updates = await call.ResponseStream.ReadAllAsync(Stop).SelectMany(f => f.Updates).ToListAsync(Stop);
        Assert.Equal(rest, string.Concat(updates.Select(u => u.Text)));
        return updates;
    }

    // The texts on disk, in their order.
    private string[] Texts(string agent)
    {
        var folder = Path.Combine(_directory[agent], "attempts");
        return !Directory.Exists(folder) ? [] : [.. Directory.GetFiles(folder, "*" + AttemptFile.Extension).Select(Text).Order(StringComparer.Ordinal)];
    }

    private static string Text(string path) =>
        AttemptFile.Read(File.ReadAllBytes(path), TimeProvider.System) is var (_, run) ? string.Concat(run.Read(0).Updates.Select(u => u.Text)) : "";

    private void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.Combine(_directory[to], "attempts"));
        foreach (var file in Directory.GetFiles(_directory[from], "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(_directory[from], file);
            if (name.StartsWith("attempts", StringComparison.Ordinal) || name == "epochs")
            {
                File.Copy(file, Path.Combine(_directory[to], name));
            }
        }
    }
}
