using EdgeMesh.QaiHub.Transfers;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Options;

/// <summary>What a model can be compiled to.</summary>
public enum TargetRuntime
{
    Tflite,
    Onnx,
    QnnDlc,
    QnnContextBinary,
    PrecompiledQnnOnnx,
}

/// <summary>Where a compiled model can run.</summary>
public enum RuntimeFit
{
    /// <summary>On every device with ONNX Runtime.</summary>
    AnyOnnx,

    /// <summary>On devices with the chip it was compiled for.</summary>
    SameChipset,

    /// <summary>Not in the mesh; it can be downloaded.</summary>
    DownloadOnly,
}

/// <summary>What there is to know about a target.</summary>
/// <param name="Value">As <c>--target_runtime</c> takes it.</param>
/// <param name="Ending">How the artifact's name ends.</param>
/// <param name="Framework">The device's attribute <c>framework:…</c> that it needs.</param>
/// <param name="Content">What the artifact's first bytes must show.</param>
public sealed record RuntimeInfo(TargetRuntime Runtime, string Value, string Title, string Help, string Ending, RuntimeFit Fit, string Framework, FileContent Content)
{
    /// <summary>Whether Qualcomm's own libraries run it, on the NPU.</summary>
    public bool IsQnn => Framework == "qnn";
}

/// <summary>All targets.</summary>
public static class TargetRuntimes
{
    public static readonly ImmutableArray<RuntimeInfo> All =
    [
        new(TargetRuntime.Onnx, "onnx", "ONNX", "Runs on every device with ONNX Runtime; on a Snapdragon it can use the NPU.", ".onnx.zip", RuntimeFit.AnyOnnx, "onnx", FileContent.Onnx),
        new(TargetRuntime.PrecompiledQnnOnnx, "precompiled_qnn_onnx", "ONNX with NPU binary", "ONNX around a binary that is ready for one chip's NPU: loads fast, runs on that chip only.", ".onnx.zip",
            RuntimeFit.SameChipset, "qnn", FileContent.Onnx),
        new(TargetRuntime.QnnContextBinary, "qnn_context_binary", "QNN context binary", "Ready for one chip's NPU, for programs that use Qualcomm's libraries.", ".bin", RuntimeFit.SameChipset, "qnn", FileContent.Binary),
        new(TargetRuntime.QnnDlc, "qnn_dlc", "QNN DLC", "For Qualcomm's libraries; the chip's own code is made when it is loaded.", ".dlc", RuntimeFit.SameChipset, "qnn", FileContent.Binary),
        new(TargetRuntime.Tflite, "tflite", "TensorFlow Lite", "For Android apps; EdgeMesh downloads it, the mesh does not run it.", ".tflite", RuntimeFit.DownloadOnly, "tflite", FileContent.Tflite),
    ];

    public static RuntimeInfo Of(TargetRuntime runtime) => All.First(i => i.Runtime == runtime);

    /// <summary>By the option's value; null when there is no such target.</summary>
    public static RuntimeInfo? Of(string? value) => All.FirstOrDefault(i => i.Value == value);

    /// <summary>The target that a job's options name; without one the service makes TensorFlow Lite.</summary>
    public static RuntimeInfo? OfOptions(string options) => OptionLine.Parse(options)["--target_runtime"] is { } value ? Of(value) : Of(TargetRuntime.Tflite);

    /// <summary>What a job's result is: of a compile job what its options name, of a quantize job ONNX, of a link job a context binary; null for jobs that make no model.</summary>
    public static RuntimeInfo? OfJob(JobType type, string options) => type switch
    {
        JobType.Compile => OfOptions(options),
        JobType.Quantize => Of(TargetRuntime.Onnx),
        JobType.Link => Of(TargetRuntime.QnnContextBinary),
        _ => null,
    };
}
