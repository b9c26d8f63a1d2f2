using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>XNNPACK: CPU kernels for phones and boards; in mobile builds.</summary>
public sealed class XnnpackProvider() : ExecutionProvider("XnnpackExecutionProvider", "XNNPACK (CPU)", AcceleratorKind.CPU)
{
    protected override void AppendBuiltIn(SessionOptions options) => options.AppendExecutionProvider("XNNPACK", []);
}
