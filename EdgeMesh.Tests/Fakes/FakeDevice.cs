using System.Collections.Concurrent;
using System.Threading.Channels;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Devices;
using EdgeMesh.Dashboard.Orchestration.Gateway;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Fakes;

/// <summary>A device at the other end of a link, driven by the test: what it is told to run, it runs as <see cref="OnRun"/> says.</summary>
public sealed class FakeDevice(string name) : DeviceService.DeviceServiceClient
{
    private readonly ConcurrentQueue<FakeRun> runs = new();

    public string Name => name;

    public DeviceId Id { get; } = Samples.DeviceIdOf(name);

    /// <summary>What it does with an attempt; default: starts, echoes the text, succeeds.</summary>
    public Action<FakeRun> OnRun { get; set; } = run => run.Started().Text(run.Request.Text).Succeed();

    /// <summary>Every attempt it was given, oldest first.</summary>
    public IReadOnlyCollection<FakeRun> Runs => runs;

    public override AsyncServerStreamingCall<TaskFrame> RunTask(TaskRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        var run = new FakeRun(request);
        runs.Enqueue(run);
        OnRun(run);
        return new AsyncServerStreamingCall<TaskFrame>(run, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    /// <summary>What its model store holds.</summary>
    public ListModelsReply Store { get; set; } = new();

    public override AsyncUnaryCall<ListModelsReply> ListModelsAsync(ListModelsRequest request, CallOptions options) => new(
        Task.FromResult(Store), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    /// <summary>How many canaries it says it will run.</summary>
    public int Canaries { get; set; } = 1;

    public override AsyncUnaryCall<ProveReply> ProveAsync(ProveRequest request, CallOptions options) => new(
        Task.FromResult(new ProveReply { Canaries = Canaries }), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    /// <summary>What was said of its engines.</summary>
    public List<AllowEngineRequest> Engines { get; } = [];

    public override AsyncUnaryCall<AllowEngineReply> AllowEngineAsync(AllowEngineRequest request, CallOptions options)
    {
        Engines.Add(request);
        return new(Task.FromResult(new AllowEngineReply { Known = true }), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    public override AsyncUnaryCall<CancelReply> CancelTaskAsync(CancelRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        var known = runs.FirstOrDefault(r => r.Request.JobId == request.JobId && r.Request.TaskId == request.TaskId && r.Request.Attempt == request.Attempt);
        known?.OnCancel(known);
        return new AsyncUnaryCall<CancelReply>(
            Task.FromResult(new CancelReply { Known = known is not null }), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }
}

/// <summary>One attempt on a <see cref="FakeDevice"/>: the test says what the device says.</summary>
public sealed class FakeRun(TaskRequest request) : IAsyncStreamReader<TaskFrame>
{
    private readonly Channel<TaskFrame> frames = Channel.CreateUnbounded<TaskFrame>();

    public TaskRequest Request => request;

    /// <summary>What it does when it is cancelled; default: stops and says so.</summary>
    public Action<FakeRun> OnCancel { get; set; } = run => run.Fail("Cancelled", "It was cancelled.");

    public TaskFrame Current { get; private set; } = new();

    /// <summary>Says this, whatever it is.</summary>
    public FakeRun Say(TaskUpdate update)
    {
        frames.Writer.TryWrite(new TaskFrame { Updates = { update } });
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

    /// <summary>The stream ends without a word, as over a broken link.</summary>
    public void Break() => frames.Writer.TryComplete(new RpcException(new Status(StatusCode.Unavailable, "The link broke.")));

    /// <summary>The stream ends in order, but nothing says how the task did.</summary>
    public void Leave() => frames.Writer.TryComplete();

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (await frames.Reader.WaitToReadAsync(cancellationToken) && frames.Reader.TryRead(out var frame))
        {
            Current = frame;
            return true;
        }

        return false;
    }

    private void End(TaskUpdate update)
    {
        Say(update);
        frames.Writer.TryComplete();
    }
}

/// <summary>An open link to a <see cref="FakeDevice"/>.</summary>
public sealed class FakeLink(FakeDevice device, long session) : IDeviceLink
{
    private readonly CancellationTokenSource closed = new();

    public DeviceId Device => device.Id;

    public LinkKind Kind => LinkKind.Tunnel;

    public long Session => session;

    public DeviceService.DeviceServiceClient Client => device;

    public CancellationToken Closed => closed.Token;

    public void Abort(string reason) => closed.Cancel();
}

/// <summary>The links that are open; a link that is closed is found no more.</summary>
public sealed class FakeLinks : IDeviceLinks
{
    private readonly ConcurrentDictionary<DeviceId, FakeLink> open = new();
    private long session;

    public FakeLink Open(FakeDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return open[device.Id] = new FakeLink(device, Interlocked.Increment(ref session));
    }

    public IDeviceLink? Find(DeviceId device) => open.TryGetValue(device, out var link) && !link.Closed.IsCancellationRequested ? link : null;
}
