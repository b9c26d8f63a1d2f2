using EdgeMesh.Agent.Link;
using EdgeMesh.Core.Contracts;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Tasks;

/// <summary>The part about attempts: each orchestrator reaches its own.</summary>
public sealed partial class DeviceServiceImpl
{
    public override async Task RunTask(TaskRequest request, IServerStreamWriter<TaskFrame> responseStream, ServerCallContext context)
    {
        var caller = RefuseStale(context, request.Epoch);
        var (mayRun, place) = executor.Light(request);
        using var held = place;
        if (!mayRun)
        {
            await responseStream.WriteAsync(new TaskFrame { Updates = { new TaskUpdate { Failure = new Failure { Reason = nameof(ReasonCode.Busy), Cause = "As many small tasks as it takes wait for their answers to be read." } } } });
            return;
        }

        var (run, refused) = executor.Start(request, caller);
        if (run is null)
        {
            await responseStream.WriteAsync(new TaskFrame { Updates = { new TaskUpdate { Failure = refused } } });
            return;
        }

        await streams.WriteAsync(run, default, responseStream, context.CancellationToken);
    }

    public override Task<ListAttemptsReply> ListAttempts(ListAttemptsRequest request, ServerCallContext context)
    {
        var caller = RefuseStale(context, request.Epoch);
        return Task.FromResult(new ListAttemptsReply { Attempts = { executor.Attempts.Of(caller) } });
    }

    public override async Task Attach(AttachRequest request, IServerStreamWriter<TaskFrame> responseStream, ServerCallContext context)
    {
        var caller = RefuseStale(context, request.Epoch);
        var run = executor.Attempts.Find(TaskKey.Of(caller, request.Attempt), request.Attempt?.Attempt ?? 0)
            ?? throw new RpcException(new Status(StatusCode.NotFound, "This device does not know the attempt (any more)."));
        await streams.WriteAsync(run, AttemptOffset.Of(request), responseStream, context.CancellationToken);
    }

    public override Task<AcknowledgeReply> Acknowledge(AcknowledgeRequest request, ServerCallContext context)
    {
        var caller = LinkCaller.Of(context).OrchestratorId;
        foreach (var attempt in request.Attempts)
        {
            executor.Attempts.Acknowledge(TaskKey.Of(caller, attempt), attempt.Attempt);
        }

        return Task.FromResult(new AcknowledgeReply());
    }

    public override async Task<CancelReply> CancelTask(CancelRequest request, ServerCallContext context) =>
        new() { Known = await executor.CancelAsync(request, RefuseStale(context, request.Epoch), context.CancellationToken) };

    /// <summary>The orchestrator that calls.</summary>
    /// <exception cref="RpcException">FAILED_PRECONDITION: it was started again since.</exception>
    private string RefuseStale(ServerCallContext context, long epoch)
    {
        var caller = LinkCaller.Of(context).OrchestratorId;
        return epochs.Refuse(caller, epoch) is { } cause ? throw new RpcException(new Status(StatusCode.FailedPrecondition, cause)) : caller;
    }
}
