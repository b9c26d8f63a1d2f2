using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Catalogue;

/// <summary>What a model can be compiled for.</summary>
internal sealed record TargetRuntime(string Option, ModelType Type, string Extension)
{
    public static readonly TargetRuntime TfLite = new("tflite", ModelType.Tflite, ".tflite");
    public static readonly TargetRuntime Onnx = new("onnx", ModelType.Onnx, ".onnx.zip");
    public static readonly TargetRuntime Dlc = new("qnn_dlc", ModelType.QnnDlc, ".dlc");
    public static readonly TargetRuntime ContextBinary = new("qnn_context_binary", ModelType.QnnContextBinary, ".bin");
    public static readonly TargetRuntime PrecompiledOnnx = new("precompiled_qnn_onnx", ModelType.Onnx, ".onnx.zip");

    private static readonly TargetRuntime[] All = [TfLite, Onnx, Dlc, ContextBinary, PrecompiledOnnx];

    /// <summary>As the service's messages name it.</summary>
    public string Title => Option.ToUpperInvariant();

    public bool NeedsQnn => this == Dlc || this == ContextBinary || this == PrecompiledOnnx;

    /// <summary>A folder in a zip, not a single file.</summary>
    public bool IsDirectory => Type == ModelType.Onnx;

    /// <summary>Made for one chipset only.</summary>
    public bool IsBound => this == ContextBinary || this == PrecompiledOnnx;

    /// <summary>The one the options name; without, TensorFlow Lite where the device has it.</summary>
    public static TargetRuntime Of(JobOptions options, CatalogueDevice device)
    {
        if (options["target_runtime"] == "qnn_lib_aarch64_android")
        {
            throw new JobFailure(JobFailureType.Unsupported, "target_runtime='QNN_LIB_AARCH64_ANDROID' is no longer supported. Use qnn_dlc or qnn_context_binary.");
        }

        string asked = options.Choice("target_runtime", device.TfLite ? TfLite.Option : Onnx.Option, [.. All.Select(r => r.Option)]);
        return All.First(r => r.Option == asked);
    }

    public void RequireOn(CatalogueDevice device)
    {
        if ((NeedsQnn && !device.Chipset.Qnn) || (this == TfLite && !device.TfLite))
        {
            throw new JobFailure(JobFailureType.Unsupported, $"target_runtime='{Title}' is not supported by the targeted device '{device.Name}'.");
        }
    }
}
