using CsCheck;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Agent.Tasks.Kept;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks.Kept;

/// <summary>An attempt's file tells what the attempt said, or less; never anything else.</summary>
public sealed class AttemptFileTests : IDisposable
{
    private static readonly Gen<TaskUpdate> Said = Gen.OneOf(
        Gen.String[Gen.Char['a', 'z'], 1, 30].Select(t => new TaskUpdate { Text = t }),
        Gen.String[Gen.Char['a', 'z'], 1, 30].Select(t => new TaskUpdate { Reasoning = t }),
        Gen.Double.Unit.Select(f => new TaskUpdate { Progress = new Progress { Fraction = f } }),
        Gen.Byte.Array[0, 60].Select(data => new TaskUpdate { Artifact = new ArtifactChunk { Name = "a.png", ContentType = "image/png", Data = ByteString.CopyFrom(data), Last = true } }));

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_WrittenInAnyPieces_IsWhatWasSaid() => Said.Select(Gen.Bool).Array[0, 30].Sample(
        said =>
        {
            using var run = NewRun();
            using var file = AttemptFile.Create(_directory["one"], "caller", run);
            foreach (var (update, append) in said)
            {
                run.Add(update.Clone());
                if (append)
                {
                    file.Append();
                }
            }

            run.End(new TaskUpdate { Receipt = new TaskReceipt { ModelId = "m", RunMs = 5 } }, 1);
            file.Append();
            Assert.True(file.IsClosed);

            var (caller, kept) = Read(File.ReadAllBytes(_directory["one"]))!.Value;
            Assert.Equal(("caller", "job", "t1", 3, ""), (caller, kept.Request.JobId, kept.Request.TaskId, kept.Attempt, kept.Request.Text));
            Assert.Equal(Words(run), Words(kept));
            Assert.True(kept.IsOver);
        },
        iter: 100,
        threads: 1);

    [Fact]
    public void Read_CutAnywhere_IsTheBeginningAndEndsAsLost()
    {
        var (bytes, whole) = Written();
        for (var length = 0; length < bytes.Length; length++)
        {
            if (Read(bytes[..length]) is not var (_, run))
            {
                Assert.True(length < 80, "Only a file that does not tell what it is of is useless.");
                continue;
            }

            Assert.StartsWith(Text(run), whole, StringComparison.Ordinal);
            Assert.Equal(nameof(ReasonCode.Lost), run.Read(0).Updates[^1].Failure.Reason);
        }
    }

    [Fact]
    public void Read_AnyByteChanged_InventsNothing()
    {
        var (bytes, whole) = Written();
        for (var at = 0; at < bytes.Length; at++)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 0x55;
            if (Read(changed) is var (_, run))
            {
                Assert.StartsWith(Text(run), whole, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(true, "The agent was restarted while it worked on this.")]
    [InlineData(false, "The agent was restarted before it began with this.")]
    public void Read_OfOneThatHadNotEnded_IsLostAndSaysHowFarItWas(bool started, string cause)
    {
        using var run = NewRun();
        using (var file = AttemptFile.Create(_directory["one"], "", run))
        {
            run.Add(new TaskUpdate { Accepted = new Accepted { QueuePosition = 1, Started = started } });
            file.Append();
        }

        var failure = Read(File.ReadAllBytes(_directory["one"]))!.Value.Run.Read(0).Updates[^1].Failure;
        Assert.Equal((nameof(ReasonCode.Lost), cause), (failure.Reason, failure.Cause));
    }

    [Fact]
    public void Create_FileIsForItsOwnerOnlyAndItsNameTellsNothing()
    {
        using var run = NewRun();
        var name = AttemptFile.NameOf("../caller", new TaskRequest { JobId = "../../etc", TaskId = "a/b", Attempt = 1 });
        Assert.Matches("^[0-9a-f]{40}\\.attempt$", name);
        using var file = AttemptFile.Create(_directory[name], "", run);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_directory[name]));
        }
    }

    private static TaskRun NewRun() => new(new TaskRequest { JobId = "job", TaskId = "t1", Attempt = 3, Kind = TaskKindValue.LlmGenerate, Text = "a secret of the prompt" });

    private static (string Caller, TaskRun Run)? Read(byte[] bytes) => AttemptFile.Read(bytes, TimeProvider.System);

    private static string Text(TaskRun run) => string.Concat(run.Read(0).Updates.Select(u => u.Text));

    private static string Words(TaskRun run)
    {
        var updates = run.Read(0).Updates;
        return $"{Text(run)}|{string.Concat(updates.Select(u => u.Reasoning))}|{string.Join(',', updates.Select(u => u.Artifact).OfType<ArtifactChunk>())}|{updates[^1].Receipt}";
    }

    private (byte[] Bytes, string Text) Written()
    {
        using var run = NewRun();
        using var file = AttemptFile.Create(_directory["one"], "caller", run);
        run.Add(new TaskUpdate { Accepted = new Accepted { Started = true } });
        foreach (var text in new[] { "The moon ", "pulls ", "the sea." })
        {
            run.Text(text);
            file.Append();
        }

        run.End(new TaskUpdate { Receipt = new TaskReceipt { ModelId = "m" } }, 1);
        file.Append();
        return (File.ReadAllBytes(_directory["one"]), "The moon pulls the sea.");
    }
}
