using System.Collections.Concurrent;
using EdgeMesh.Agent.Tasks;
using EdgeMesh.Core.Contracts;
using Grpc.Core;
using TaskRequest = EdgeMesh.Core.Contracts.TaskRequest;

namespace EdgeMesh.Tests.Fakes;

/// <summary>Its attempts: lanes with slots, kept until they are acknowledged, as a real device has them.</summary>
public sealed partial class FakeDevice
{
    private readonly ConcurrentQueue<FakeRun> runs = new();
    private readonly Lock gate = new();
    private readonly List<FakeRun> kept = [];
    private readonly Dictionary<string, List<FakeRun>> lanes = [];
    private readonly HashSet<FakeRun> running = [];
    private Epochs epochs = new(TimeProvider.System);

    /// <summary>What it does with an attempt when its turn comes; default: starts, echoes the text, succeeds.</summary>
    public Action<FakeRun> OnRun { get; set; } = run => run.Started().Text(run.Request.Text).Succeed();

    /// <summary>Every attempt it was given and did not refuse, oldest first.</summary>
    public IReadOnlyCollection<FakeRun> Runs => runs;

    /// <summary>Attempts that each of its runtimes works on at once; null (default): as many as it is given.</summary>
    public int? Slots { get; set; }

    /// <summary>Attempts that wait for each runtime; more are Busy.</summary>
    public int Queue { get; set; } = 64;

    /// <summary>False: an agent from before ListAttempts, Attach and Acknowledge.</summary>
    public bool KeepsAttempts { get; set; } = true;

    /// <summary>Streams of an attempt that is attached to break at once.</summary>
    public bool BreaksAttached { get; set; }

    /// <summary>So many cancels come before the order that they are about.</summary>
    public int CancelsTooSoon { get; set; }

    /// <summary>Attempts that it says it has, besides those that it has: of other devices, of nobody.</summary>
    public ConcurrentQueue<KnownAttempt> Claims { get; } = new();

    /// <summary>Attempts whose end the orchestrator says it has stored, oldest first.</summary>
    public ConcurrentQueue<AttemptRef> Acknowledged { get; } = new();

    /// <summary>Where readers attached, oldest first.</summary>
    public ConcurrentQueue<AttachRequest> Attached { get; } = new();

    /// <summary>Knows nothing of this attempt any more, and its streams break.</summary>
    public void Forget(FakeRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        lock (gate)
        {
            kept.Remove(run);
        }

        run.Break();
    }

    /// <summary>Its agent dies and is there again: every stream breaks, and what had not ended is told as lost, with the text so far.</summary>
    public void Restart()
    {
        List<FakeRun> unfinished;
        lock (gate)
        {
            epochs = new Epochs(TimeProvider.System);
            lanes.Clear();
            running.Clear();
            unfinished = [.. kept.Where(r => !r.HasEnded)];
            kept.ForEach(r => r.Break());
        }

        unfinished.ForEach(r => r.Fail("Lost", "The agent was restarted while it worked on this."));
    }

    public override AsyncServerStreamingCall<TaskFrame> RunTask(TaskRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Stale(request.Epoch) is { } stale)
        {
            return Throws(stale);
        }

        FakeRun run = new(request);
        lock (gate)
        {
            var known = kept.FindLast(r => r.Request.JobId == request.JobId && r.Request.TaskId == request.TaskId);
            if (known?.Request.Attempt == request.Attempt)
            {
                return known.Read(default);
            }

            if (known?.Request.Attempt > request.Attempt)
            {
                return Refused(run, "Refused", $"A newer attempt ({known.Request.Attempt}) of this task is known here.");
            }

            var waiting = lanes.TryGetValue(request.RuntimeId, out var lane) ? lane : lanes[request.RuntimeId] = [];
            if (!IsFree(request) && waiting.Count >= Queue)
            {
                return Refused(run, "Busy", $"{waiting.Count} tasks wait for this runtime already.");
            }

            runs.Enqueue(run);
            kept.Add(run);
            run.Ended = () => Next(run);
            if (!IsFree(request))
            {
                waiting.Add(run);
                run.Say(new TaskUpdate { Accepted = new Accepted { QueuePosition = waiting.Count } });
                return run.Read(default);
            }

            running.Add(run);
        }

        var stream = run.Read(default);
        OnRun(run);
        return stream;
    }

    public override AsyncUnaryCall<ListAttemptsReply> ListAttemptsAsync(ListAttemptsRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        if ((Old() ?? Stale(request.Epoch)) is { } error)
        {
            return Answer(Task.FromException<ListAttemptsReply>(error));
        }

        lock (gate)
        {
            return Answer(new ListAttemptsReply { Attempts = { kept.Select(r => new KnownAttempt { Attempt = r.Ref, Started = r.IsStarted, Ended = r.HasEnded }), Claims } });
        }
    }

    public override AsyncServerStreamingCall<TaskFrame> Attach(AttachRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        if ((Old() ?? Stale(request.Epoch)) is { } error)
        {
            return Throws(error);
        }

        Attached.Enqueue(request);
        if (BreaksAttached)
        {
            return Throws(new RpcException(new Status(StatusCode.Unavailable, "The stream broke.")));
        }

        return Find(request.Attempt)?.Read(AttemptOffset.Of(request)) ?? Throws(new RpcException(new Status(StatusCode.NotFound, "This device does not know the attempt (any more).")));
    }

    public override AsyncUnaryCall<AcknowledgeReply> AcknowledgeAsync(AcknowledgeRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Old() is { } error)
        {
            return Answer(Task.FromException<AcknowledgeReply>(error));
        }

        foreach (var attempt in request.Attempts)
        {
            Acknowledged.Enqueue(attempt);
            lock (gate)
            {
                kept.RemoveAll(r => r.HasEnded && r.Ref.Equals(attempt));
            }
        }

        return Answer(new AcknowledgeReply());
    }

    public override AsyncUnaryCall<CancelReply> CancelTaskAsync(CancelRequest request, CallOptions options)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Stale(request.Epoch) is { } stale)
        {
            return Answer(Task.FromException<CancelReply>(stale));
        }

        var known = CancelsTooSoon-- > 0 ? null : Find(new AttemptRef { JobId = request.JobId, TaskId = request.TaskId, Attempt = request.Attempt });
        known?.OnCancel(known);
        return Answer(new CancelReply { Known = known is not null });
    }

    private static AsyncServerStreamingCall<TaskFrame> Throws(RpcException error)
    {
        FakeReader reader = new(default);
        reader.Leave(error);
        return reader.Call();
    }

    private static AsyncServerStreamingCall<TaskFrame> Refused(FakeRun run, string reason, string cause)
    {
        run.Fail(reason, cause);
        return run.Read(default);
    }

    private RpcException? Old() => KeepsAttempts ? null : new RpcException(new Status(StatusCode.Unimplemented, ""));

    private RpcException? Stale(long epoch) => epochs.Refuse("", epoch) is { } cause ? new RpcException(new Status(StatusCode.FailedPrecondition, cause)) : null;

    private FakeRun? Find(AttemptRef attempt)
    {
        lock (gate)
        {
            return kept.Find(r => r.Ref.Equals(attempt));
        }
    }

    private bool IsFree(TaskRequest request) =>
        request.Kind is TaskKindValue.Echo or TaskKindValue.Sysinfo || Slots is not { } slots || running.Count(r => r.Request.RuntimeId == request.RuntimeId) < slots;

    private void Next(FakeRun ended)
    {
        FakeRun? next = null;
        lock (gate)
        {
            running.Remove(ended);
            if (lanes.TryGetValue(ended.Request.RuntimeId, out var waiting) && !waiting.Remove(ended) && waiting.Count > 0)
            {
                next = waiting[0];
                waiting.RemoveAt(0);
                running.Add(next);
            }
        }

        if (next is not null)
        {
            OnRun(next);
        }
    }
}
