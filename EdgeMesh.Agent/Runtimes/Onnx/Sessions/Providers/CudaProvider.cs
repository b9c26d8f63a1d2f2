using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>NVIDIA GPUs.</summary>
public sealed class CudaProvider() : ExecutionProvider("CUDAExecutionProvider", "CUDA (NVIDIA GPU)", AcceleratorKind.GPU)
{
    public override string? DeviceMemory => "Cuda";

    protected override void AppendBuiltIn(SessionOptions options) => options.AppendExecutionProvider_CUDA(0);
}
