using CsCheck;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Tests.Support;
using Google.Protobuf;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Agent.Tasks;

/// <summary>However often a reader's stream breaks, and wherever: what it has in the end is the whole, once.</summary>
public sealed class AttachTests
{
    private static readonly Gen<string> Piece = Gen.String[Gen.OneOf(Gen.Char['a', 'z'], Gen.Const('日'), Gen.Const('\n')), 1, 40];

    private static readonly Gen<TaskUpdate[]> Said = Gen.OneOf(
        Piece.Select(t => new TaskUpdate { Text = t }),
        Piece.Select(t => new TaskUpdate { Reasoning = t }),
        Gen.Double.Unit.Select(f => new TaskUpdate { Progress = new Progress { Fraction = f } }),
        Gen.Const(new TaskUpdate { TextWasReasoning = new TextWasReasoning() }),
        Gen.Byte.Array[0, 30].Select(Gen.Bool, (data, last) => new TaskUpdate { Artifact = new ArtifactChunk { Name = "file", Data = ByteString.CopyFrom(data), Last = last } })).Array[0, 40];

    [Fact]
    public void Attach_BrokenAnywhereAnyNumberOfTimes_IsTheWholeOnce() =>
        Said.Select(Gen.Bool.Array[40], Gen.Select(Gen.Int[0, 6], Gen.Int[0, 50]).Array[0, 8]).Sample((said, read, breaks) =>
        {
            using var run = Run(said, read);
            Reader whole = new(), broken = new();
            whole.Read(run);
            foreach (var (updates, chars) in breaks)
            {
                broken.Read(run, updates, chars);
            }

            broken.Read(run);
            Assert.Equal(whole.ToString(), broken.ToString());
        });

    [Fact]
    public void Skip_MoreThanThereIs_TellsNothingTwiceAndTheEnd()
    {
        using var run = Run([new TaskUpdate { Text = "short" }], []);
        Reader reader = new(new AttemptOffset(100, 100, true, 100));
        reader.Read(run);
        Assert.Equal("text '', reasoning '', moved at , files , ended 1", reader.ToString());
    }

    [Fact]
    public async Task Stream_OfAnEndedAttempt_TellsTheNewestProgressOnly()
    {
        using var run = Run([new TaskUpdate { Progress = new Progress { Fraction = 0.1 } }, new TaskUpdate { Text = "a" }, new TaskUpdate { Progress = new Progress { Fraction = 0.2 } }], []);
        FrameList frames = new();
        await new AttemptStreams(TimeProvider.System).WriteAsync(run, default, frames, TestContext.Current.CancellationToken);
        Assert.Equal(0.2, Assert.Single(frames.Updates, u => u.Progress is not null).Progress.Fraction);
    }

    // Readers that were there meanwhile decide which pieces of text became one.
    private static TaskRun Run(TaskUpdate[] said, bool[] read)
    {
        TaskRun run = new(new TaskRequest { JobId = "j", TaskId = "t", Attempt = 1 });
        var moved = false;
        for (var i = 0; i < said.Length; i++)
        {
            // Once an attempt.
            if (said[i].TextWasReasoning is null || !moved)
            {
                moved |= said[i].TextWasReasoning is not null;
                run.Add(said[i].Clone());
            }

            if (read.ElementAtOrDefault(i))
            {
                run.Read(0);
            }
        }

        run.End(new TaskUpdate { Receipt = new TaskReceipt() }, 1);
        return run;
    }

    /// <summary>An orchestrator's side: keeps what it heard, and asks for what is behind it.</summary>
    private sealed class Reader(AttemptOffset has = default)
    {
        private readonly List<string> _files = [];
        private string _text = "", _reasoning = "", _file = "";
        private int? _movedAt;
        private int _ends;
        private AttemptOffset _has = has;

        /// <summary>Reads until the end, or until the stream breaks: after so many updates and so many characters of the next one.</summary>
        public void Read(TaskRun run, int? updates = null, int chars = 0)
        {
            var rest = _has;
            var left = updates ?? int.MaxValue;
            _file = "";
            foreach (var update in run.Read(0).Updates)
            {
                (var unread, rest) = rest.Skip(update);
                if (unread is null)
                {
                    continue;
                }

                if (left-- > 0)
                {
                    Hear(unread);
                    continue;
                }

                if (unread.HasText || unread.HasReasoning)
                {
                    Hear(unread.HasText ? new TaskUpdate { Text = Cut(unread.Text, chars) } : new TaskUpdate { Reasoning = Cut(unread.Reasoning, chars) });
                }

                return;
            }
        }

        public override string ToString() => $"text '{_text}', reasoning '{_reasoning}', moved at {_movedAt}, files {string.Join(',', _files)}, ended {Math.Min(_ends, 1)}";

        private static string Cut(string text, int chars) => text[..Math.Min(chars, text.Length)];

        private void Hear(TaskUpdate update)
        {
            switch (update.UpdateCase)
            {
                case TaskUpdate.UpdateOneofCase.Text:
                    _text += update.Text;
                    _has = _has with { Text = _text.Length };
                    break;
                case TaskUpdate.UpdateOneofCase.Reasoning:
                    _reasoning += update.Reasoning;
                    _has = _has with { Reasoning = _reasoning.Length };
                    break;
                case TaskUpdate.UpdateOneofCase.TextWasReasoning:
                    _movedAt = _text.Length;
                    _has = _has with { TextWasReasoning = true };
                    break;
                case TaskUpdate.UpdateOneofCase.Artifact:
                    _file += Convert.ToHexString(update.Artifact.Data.Span);
                    if (update.Artifact.Last)
                    {
                        _files.Add(_file);
                        _file = "";
                        _has = _has with { Artifacts = _files.Count };
                    }

                    break;
                case TaskUpdate.UpdateOneofCase.Receipt:
                    _ends++;
                    break;
            }
        }
    }

    private sealed class FrameList : IServerStreamWriter<TaskFrame>
    {
        public List<TaskUpdate> Updates { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(TaskFrame message, CancellationToken cancellationToken) => WriteAsync(message);

        public Task WriteAsync(TaskFrame message)
        {
            Updates.AddRange(message.Updates);
            return Task.CompletedTask;
        }
    }
}
