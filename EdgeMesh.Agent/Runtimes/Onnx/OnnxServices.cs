using EdgeMesh.Agent.Models;
using EdgeMesh.Agent.Models.Store;
using EdgeMesh.Agent.Runtimes.Onnx.Canary;
using EdgeMesh.Agent.Runtimes.Onnx.Measure;
using EdgeMesh.Agent.Worker;

namespace EdgeMesh.Agent.Runtimes.Onnx;

/// <summary>ONNX Runtime on the CPU from the start; on accelerators as soon as a worker has told which there are.</summary>
internal static class OnnxServices
{
    public static IServiceCollection AddOnnx(this IServiceCollection services) => services
        .AddSingleton<LocalModels>().AddSingleton<AcceleratorProofs>().AddSingleton(s => new WorkerOptions { ModelFolders = [s.GetRequiredService<ModelStore>().Layout.Folders] }).AddSingleton<OnnxRuntimes>()
        .AddSingleton<IRuntime>(s => s.GetRequiredService<OnnxRuntimes>().Create(OnnxProvider.Cpu))
        .AddHostedService<AcceleratorSearch>();
}

/// <summary>Makes runtimes, each with a worker process of its own: a driver that crashes takes no other accelerator with it.</summary>
internal sealed class OnnxRuntimes : IAsyncDisposable
{
    private readonly Func<OnnxProvider, WorkerSupervisor> _worker;
    private readonly Func<OnnxProvider, WorkerSupervisor, OnnxRuntime> _runtime;
    private readonly OnnxMeasurer _measurer;

    public OnnxRuntimes(LocalModels models, AcceleratorProofs proofs, WorkerOptions options, TimeProvider time, ILoggerFactory logs)
    {
        _worker = provider => new WorkerSupervisor(options with { Provider = provider.Name }, time, logs.CreateLogger<WorkerSupervisor>());
        _measurer = new OnnxMeasurer(_worker, time);
        _runtime = (provider, worker) => new OnnxRuntime(provider, models, proofs, worker, _measurer, time);
        CpuWorker = _worker(OnnxProvider.Cpu);
    }

    /// <summary>The CPU's worker, which also knows what accelerators there are.</summary>
    public WorkerSupervisor CpuWorker { get; }

    public OnnxRuntime Create(OnnxProvider provider) => _runtime(provider, provider == OnnxProvider.Cpu ? CpuWorker : _worker(provider));

    public ValueTask DisposeAsync()
    {
        _measurer.Dispose();
        return CpuWorker.DisposeAsync();
    }
}
