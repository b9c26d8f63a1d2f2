using EdgeMesh.Core.Devices;
using Microsoft.ML.OnnxRuntime;

namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Providers;

/// <summary>Qualcomm's NPU (Hexagon). Built in on Windows on Arm (<c>UseQnn</c>), elsewhere by Qualcomm's plugin library.</summary>
public sealed class QnnProvider() : ExecutionProvider("QNNExecutionProvider", "QNN (Qualcomm NPU)", AcceleratorKind.NPU)
{
    // The HTP back end is the NPU; without it QNN would use its own CPU back end, which is just what must not happen silently.
    private static readonly Dictionary<string, string> Npu = new()
    {
        ["backend_path"] = OperatingSystem.IsWindows() ? "QnnHtp.dll" : "libQnnHtp.so",
        ["htp_performance_mode"] = "burst",
        ["enable_htp_fp16_precision"] = "1",
    };

    protected override IReadOnlyDictionary<string, string> PluginOptions => Npu;

    protected override void AppendBuiltIn(SessionOptions options) => options.AppendExecutionProvider("QNN", Npu);
}
