using System.IO.Pipes;
using EdgeMesh.Agent.Link;
using EdgeMesh.Agent.Worker.Sandbox;

namespace EdgeMesh.Agent.Inference;

/// <summary>The worker process itself: serves its agent over the pipe it is given until that breaks.</summary>
internal static class WorkerCommand
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <param name="arguments">The whole command line, with what it may reach.</param>
    public static async Task<int> RunAsync(string pipeName, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        await using var pipe = new NamedPipeClientStream(".", pipeName, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ConnectLimit);
        await pipe.ConnectAsync(limit.Token);
        WorkerSandbox.Seal(arguments);
        if (OperatingSystem.IsWindows())
        {
            // There it tells the system's own event log as well.
            Microsoft.ML.OnnxRuntime.OrtEnv.Instance().DisableTelemetryEvents();
        }

        var builder = LinkServer.CreateBuilder("edgemesh-worker");
        builder.Services.AddSingleton<LoadedModels>().AddSingleton<InferenceWorkerService>().AddSingleton<ModelMeterService>();
        builder.Services.Configure<Grpc.AspNetCore.Server.GrpcServiceOptions>(o => o.Interceptors.Add<WorkerErrors>());
        await using var app = builder.Build();
        app.MapGrpcService<InferenceWorkerService>();
        app.MapGrpcService<ModelMeterService>();
        await app.StartAsync(cancellationToken);
        await app.Services.GetRequiredService<LinkListener>().ServeAsync(DuplexPipe.Over(pipe), cancellationToken);

        // The agent is gone or wants us gone. A native call may not end in time, and nothing here needs saving.
        Environment.Exit(0);
        return 0;
    }
}
