using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Worker;

/// <summary>Expected failures across the pipe: the reason code rides in a trailer, the cause in the status.</summary>
internal static class WorkerErrors
{
    private const string ReasonTrailer = "edgemesh-reason";

    /// <summary>What the worker throws to its agent.</summary>
    public static RpcException Write(TaskFailedException e) =>
        new(new Status(StatusCode.FailedPrecondition, Hosting.WithoutPaths.In(e.Message)), new Metadata { { ReasonTrailer, e.Reason.ToString() } });

    /// <summary>The failure a worker told, or null when it told none.</summary>
    public static TaskFailedException? Read(RpcException e) =>
        e.Trailers.GetValue(ReasonTrailer) is { } name && Enum.TryParse<ReasonCode>(name, out var reason) ? new TaskFailedException(reason, e.Status.Detail) : null;
}
