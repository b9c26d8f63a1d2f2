using EdgeMesh.Agent.Files;
using EdgeMesh.Agent.Runtimes;
using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Core.Jobs;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EdgeMesh.Agent.Worker;

/// <summary>Failures across the pipe: the reason code rides in a trailer, the cause in the status. One that nobody expected is told by its name too.</summary>
internal sealed class WorkerErrors : Interceptor
{
    private const string ReasonTrailer = "edgemesh-reason";

    /// <summary>The failure a worker told, or null when it told none.</summary>
    public static TaskFailedException? Read(RpcException e) =>
        e.Trailers.GetValue(ReasonTrailer) is { } name && Enum.TryParse<ReasonCode>(name, out var reason) ? new TaskFailedException(reason, e.Status.Detail) : null;

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception e) when (Told(e, context) is { } told)
        {
            throw told;
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception e) when (Told(e, context) is { } told)
        {
            throw told;
        }
    }

    // Null: nobody is there to be told, or it is told already.
    private static RpcException? Told(Exception e, ServerCallContext context) => e switch
    {
        RpcException => null,
        _ when context.CancellationToken.IsCancellationRequested => null,
        TaskFailedException failed => Write(failed.Reason, failed.Message),
        TokenizerException tokenizer => Write(tokenizer.Fault == TokenizerFault.TooLarge ? ReasonCode.BadInput : ReasonCode.Unsupported, tokenizer.Message),
        OutOfMemoryException => Write(ReasonCode.OutOfMemory, "The worker had no memory left for it."),
        _ => Write(ReasonCode.Internal, $"The worker failed unexpectedly ({e.GetType().Name}: {e.Message})."),
    };

    private static RpcException Write(ReasonCode reason, string cause) =>
        new(new Status(StatusCode.FailedPrecondition, WithoutPaths.In(cause)), new Metadata { { ReasonTrailer, reason.ToString() } });
}
