using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>DirectML: any DirectX 12 GPU on Windows.</summary>
public sealed class DirectMlProvider() : ExecutionProvider("DmlExecutionProvider", "DirectML (GPU)", AcceleratorKind.GPU)
{
    public override string? DeviceMemory => "DML";

    protected override void AppendBuiltIn(SessionOptions options) => options.AppendExecutionProvider_DML(0);
}
