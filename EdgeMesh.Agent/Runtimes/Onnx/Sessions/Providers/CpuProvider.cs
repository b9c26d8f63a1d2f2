using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>The CPU; in every build, and always last in a session without being added.</summary>
public sealed class CpuProvider() : ExecutionProvider("CPUExecutionProvider", "CPU", AcceleratorKind.CPU)
{
    protected override void AppendBuiltIn(SessionOptions options)
    {
        // ONNX Runtime adds it by itself; adding it by hand would only change its allocator.
    }
}
