using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Agent.Worker;
using EdgeMesh.Core.Jobs;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace EdgeMesh.Agent.Inference;

/// <summary>Tells the agent of failures; one that nobody expected is told by its name too.</summary>
internal sealed class WorkerErrors : Interceptor
{
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
        TaskFailedException failed => WorkerFailures.Write(failed.Reason, failed.Message),
        TokenizerException tokenizer => WorkerFailures.Write(tokenizer.Fault == TokenizerFault.TooLarge ? ReasonCode.BadInput : ReasonCode.Unsupported, tokenizer.Message),
        OutOfMemoryException => WorkerFailures.Write(ReasonCode.OutOfMemory, "The worker had no memory left for it."),
        _ => WorkerFailures.Write(ReasonCode.Internal, $"The worker failed unexpectedly ({e.GetType().Name}: {e.Message})."),
    };
}
