using EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;
using EdgeMesh.Core.Devices;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions;

/// <summary>All the ways to compute that EdgeMesh knows, best first for each kind of accelerator.</summary>
public static class ExecutionProviders
{
    public static ExecutionProvider Cpu { get; } = new CpuProvider();

    public static ExecutionProvider Xnnpack { get; } = new XnnpackProvider();

    public static ExecutionProvider Qnn { get; } = new QnnProvider();

    public static ExecutionProvider DirectMl { get; } = new DirectMlProvider();

    public static ExecutionProvider CoreMl { get; } = new CoreMlProvider();

    public static ExecutionProvider Cuda { get; } = new CudaProvider();

    public static ExecutionProvider OpenVino { get; } = new OpenVinoProvider();

    public static ImmutableArray<ExecutionProvider> All { get; } = [Qnn, CoreMl, OpenVino, Cuda, DirectMl, Xnnpack, Cpu];

    /// <summary>Those for this kind that are there, best first; empty when there is none.</summary>
    public static ImmutableArray<ExecutionProvider> Available(AcceleratorKind kind) => [.. All.Where(p => p.Kind == kind && p.IsAvailable)];

    /// <summary>The one with this name (<c>QNN</c> or <c>QNNExecutionProvider</c>), or null.</summary>
    public static ExecutionProvider? Find(string name) =>
        All.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase) || p.Name.Equals(name + "ExecutionProvider", StringComparison.OrdinalIgnoreCase));
}
