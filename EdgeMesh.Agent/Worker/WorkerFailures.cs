using EdgeMesh.Agent.Files;
using EdgeMesh.Core.Jobs;
using Grpc.Core;

namespace EdgeMesh.Agent.Worker;

/// <summary>Failures across the pipe: the reason code rides in a trailer, the cause in the status.</summary>
internal static class WorkerFailures
{
    private const string ReasonTrailer = "edgemesh-reason";

    /// <summary>The failure a worker told, or null when it told none.</summary>
    public static TaskFailedException? Read(RpcException e) =>
        e.Trailers.GetValue(ReasonTrailer) is { } name && Enum.TryParse<ReasonCode>(name, out var reason) ? new TaskFailedException(reason, e.Status.Detail) : null;

    /// <summary>A failure as the worker tells it; paths of the device stay here.</summary>
    public static RpcException Write(ReasonCode reason, string cause) =>
        new(new Status(StatusCode.FailedPrecondition, WithoutPaths.In(cause)), new Metadata { { ReasonTrailer, reason.ToString() } });
}
