using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>OpenVINO on an Intel NPU.</summary>
public sealed class OpenVinoProvider() : ExecutionProvider("OpenVINOExecutionProvider", "OpenVINO (Intel NPU)", AcceleratorKind.NPU)
{
    protected override void AppendBuiltIn(SessionOptions options) =>
        options.AppendExecutionProvider("OpenVINO", new Dictionary<string, string> { ["device_type"] = "NPU" });
}
