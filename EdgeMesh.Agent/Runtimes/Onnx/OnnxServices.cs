using EdgeMesh.Agent.Canary;
using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Runtimes.Onnx.Sessions;
using EdgeMesh.Agent.Worker;

namespace EdgeMesh.Agent.Runtimes.Onnx;

/// <summary>One ONNX runtime for each execution provider that this build and machine have, each with its own worker.</summary>
internal static class OnnxServices
{
    public static IServiceCollection AddOnnx(this IServiceCollection services)
    {
        services.AddSingleton<LocalModels>().AddSingleton<AcceleratorProofs>().AddSingleton(new WorkerOptions());
        foreach (var provider in ExecutionProviders.All.Where(p => p.IsAvailable))
        {
            services.AddSingleton<IRuntime>(s => new OnnxRuntime(
                provider.Name,
                provider.Kind,
                s.GetRequiredService<LocalModels>(),
                s.GetRequiredService<AcceleratorProofs>(),
                new WorkerSupervisor(s.GetRequiredService<WorkerOptions>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<WorkerSupervisor>>()),
                s.GetRequiredService<TimeProvider>()));
        }

        return services;
    }
}
