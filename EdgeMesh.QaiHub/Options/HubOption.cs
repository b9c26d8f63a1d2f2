namespace EdgeMesh.QaiHub.Options;

/// <summary>How an option's value is given.</summary>
public enum HubOptionKind
{
    Flag,
    Choice,
    Text,
    Number,
}

/// <summary>An option of a job that people use.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Help">One sentence for people.</param>
/// <param name="Choices">For a choice; else empty.</param>
public sealed record HubOption(string Name, HubOptionKind Kind, string Help, params ImmutableArray<string> Choices);

/// <summary>The options that forms offer; others can be typed.</summary>
public static class HubOptions
{
    public static readonly ImmutableArray<HubOption> Compile =
    [
        new("--target_runtime", HubOptionKind.Choice, "What to compile to.", [.. TargetRuntimes.All.Select(r => r.Value)]),
        new("--quantize_full_type", HubOptionKind.Choice, "Computes everything in fewer bits: faster on the NPU, a little less exact. Needs a calibration data set to be good.",
            "int8", "int16", "w8a16", "w4a8", "w4a16", "float16"),
        new("--quantize_io", HubOptionKind.Flag, "Takes and gives quantised values too. Needed on chips whose NPU has no floating point."),
        new("--quantize_io_type", HubOptionKind.Text, "The element type of quantised inputs and outputs."),
        new("--quantize_weight_type", HubOptionKind.Text, "Stores weights in fewer bits and computes as before: a smaller file."),
        new("--truncate_64bit_io", HubOptionKind.Flag, "Makes 64-bit inputs and outputs 32-bit; most phones' runtimes have no 64-bit ones."),
        new("--truncate_64bit_tensors", HubOptionKind.Flag, "Makes 64-bit values inside the model 32-bit."),
        new("--output_names", HubOptionKind.Text, "Names for the outputs, separated by commas."),
        new("--force_channel_last_input", HubOptionKind.Text, "Inputs that come as height, width, channels; names separated by commas."),
        new("--force_channel_last_output", HubOptionKind.Text, "Outputs that go out as height, width, channels; names separated by commas."),
        new("--qairt_version", HubOptionKind.Text, "The version of Qualcomm's compiler; the list of frameworks has them."),
        new("--qnn_options", HubOptionKind.Text, "Further settings of Qualcomm's compiler."),
    ];

    public static readonly ImmutableArray<HubOption> Profile =
    [
        new("--compute_unit", HubOptionKind.Choice, "What the model may run on.", "all", "npu", "gpu", "cpu"),
        new("--max_profiler_iterations", HubOptionKind.Number, "How many runs at most; more make the time steadier."),
        new("--max_profiler_time", HubOptionKind.Number, "How many seconds at most."),
        new("--dequantize_outputs", HubOptionKind.Flag, "Gives outputs as ordinary numbers."),
        new("--onnx_execution_providers", HubOptionKind.Text, "ONNX Runtime's providers, in order."),
        new("--onnx_options", HubOptionKind.Text, "Further settings of ONNX Runtime."),
        new("--tflite_delegates", HubOptionKind.Text, "TensorFlow Lite's delegates, in order."),
        new("--tflite_options", HubOptionKind.Text, "Further settings of TensorFlow Lite."),
        new("--qairt_version", HubOptionKind.Text, "The version of Qualcomm's libraries; the list of frameworks has them."),
        new("--qnn_options", HubOptionKind.Text, "Further settings of Qualcomm's libraries."),
    ];

    public static readonly ImmutableArray<HubOption> Quantize =
    [
        new("--range_scheme", HubOptionKind.Text, "How the range of the numbers is taken from the calibration data, such as min_max."),
        new("--lite_mp", HubOptionKind.Text, "Keeps the layers that lose most in more bits; its value names how many, and which type."),
    ];
}
