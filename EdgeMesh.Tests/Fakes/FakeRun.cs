using System.Threading.Channels;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Fakes;

/// <summary>One attempt on a <see cref="FakeDevice"/>: the test says what the device says. All of it is kept, for any number of readers, also late ones.</summary>
public sealed class FakeRun(TaskRequest request)
{
    private readonly Lock gate = new();
    private readonly List<TaskUpdate> said = [];
    private readonly List<FakeReader> readers = [];

    public TaskRequest Request => request;

    /// <summary>What a device does that fails a task's first attempt, and answers later ones with their text.</summary>
    public static Action<FakeRun> OnceFailing(Action<FakeRun> fail) => run =>
    {
        if (run.Request.Attempt == 1)
        {
            fail(run);
        }
        else
        {
            run.Started().Text(run.Request.Text).Succeed();
        }
    };

    /// <summary>What it does when it is cancelled; default: stops and says so.</summary>
    public Action<FakeRun> OnCancel { get; set; } = run => run.Fail("Cancelled", "It was cancelled.");

    /// <summary>It has said how it ended.</summary>
    public bool HasEnded { get; private set; }

    public bool IsStarted => said.Exists(u => u.Accepted is { Started: true });

    internal Action Ended { get; set; } = () => { };

    internal AttemptRef Ref => new() { JobId = request.JobId, TaskId = request.TaskId, Attempt = request.Attempt };

    /// <summary>Says this, whatever it is.</summary>
    public FakeRun Say(TaskUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        lock (gate)
        {
            if (!HasEnded)
            {
                said.Add(update);
                readers.ForEach(r => r.Hear(update));
            }
        }

        return this;
    }

    public FakeRun Started() => Say(new TaskUpdate { Accepted = new Accepted { Started = true } });

    public FakeRun Text(string text) => Say(new TaskUpdate { Text = text });

    public FakeRun Reasoning(string text) => Say(new TaskUpdate { Reasoning = text });

    public FakeRun TextWasReasoning() => Say(new TaskUpdate { TextWasReasoning = new TextWasReasoning() });

    public FakeRun Artifact(string name, string contentType, ReadOnlySpan<byte> bytes, bool last = true) => Say(new TaskUpdate
    {
        Artifact = new ArtifactChunk { Name = name, ContentType = contentType, Data = Google.Protobuf.ByteString.CopyFrom(bytes), Last = last },
    });

    public void Succeed(Measurement? measured = null) => End(new TaskUpdate
    {
        Receipt = new TaskReceipt { RuntimeId = request.RuntimeId, ModelId = request.ModelId, Accelerator = "CPU", AcceleratorNote = "a test", RunMs = 1, AgentVersion = "0.1.0", Measurement = measured },
    });

    public void Fail(string reason, string cause) => End(new TaskUpdate { Failure = new Failure { Reason = reason, Cause = cause } });

    /// <summary>The streams end without a word, as over a broken link; the device goes on with the attempt.</summary>
    public void Break()
    {
        lock (gate)
        {
            readers.ForEach(r => r.Leave(new RpcException(new Status(StatusCode.Unavailable, "The link broke."))));
            readers.Clear();
        }
    }

    /// <summary>It ends in order, but nothing more says how it did.</summary>
    public void Leave()
    {
        lock (gate)
        {
            HasEnded = true;
            readers.ForEach(r => r.Leave());
            readers.Clear();
        }

        Ended();
    }

    internal AsyncServerStreamingCall<TaskFrame> Read(AttemptOffset has)
    {
        lock (gate)
        {
            FakeReader reader = new(has);
            said.ForEach(reader.Hear);
            if (HasEnded)
            {
                reader.Leave();
            }
            else
            {
                readers.Add(reader);
            }

            return reader.Call();
        }
    }

    private void End(TaskUpdate update)
    {
        Say(update);
        Leave();
    }
}

/// <summary>A stream of one attempt, from where its reader is on.</summary>
internal sealed class FakeReader(AttemptOffset has) : IAsyncStreamReader<TaskFrame>
{
    private readonly Channel<TaskFrame> frames = Channel.CreateUnbounded<TaskFrame>();

    public TaskFrame Current { get; private set; } = new();

    public void Hear(TaskUpdate update)
    {
        (var unread, has) = has.Skip(update);
        if (unread is not null)
        {
            frames.Writer.TryWrite(new TaskFrame { Updates = { unread } });
        }
    }

    public void Leave(Exception? error = null) => frames.Writer.TryComplete(error);

    public AsyncServerStreamingCall<TaskFrame> Call() => new(this, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (await frames.Reader.WaitToReadAsync(cancellationToken) && frames.Reader.TryRead(out var frame))
        {
            Current = frame;
            return true;
        }

        return false;
    }
}
