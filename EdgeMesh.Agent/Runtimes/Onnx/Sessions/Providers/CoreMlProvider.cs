using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>Core ML with the Apple Neural Engine asked for; Core ML itself decides what really runs there.</summary>
public sealed class CoreMlProvider() : ExecutionProvider("CoreMLExecutionProvider", "Core ML (Apple Neural Engine)", AcceleratorKind.NPU)
{
    protected override void AppendBuiltIn(SessionOptions options) =>
        options.AppendExecutionProvider("CoreML", new Dictionary<string, string> { ["ModelFormat"] = "MLProgram", ["MLComputeUnits"] = "CPUAndNeuralEngine" });
}
