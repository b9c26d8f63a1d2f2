using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Artifacts;

/// <summary>What a compiled model is, by the names of Qualcomm AI Hub's target runtimes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ArtifactKind>))]
public enum ArtifactKind
{
    /// <summary>A plain ONNX model, as <c>.onnx</c> or <c>.onnx.zip</c>: any device with ONNX Runtime runs it.</summary>
    [JsonStringEnumMemberName("onnx")] Onnx,

    /// <summary>An ONNX file around a binary for one chipset, as <c>.onnx.zip</c>: QNN runs it there.</summary>
    [JsonStringEnumMemberName("precompiled_qnn_onnx")] PrecompiledQnnOnnx,

    /// <summary>A bare binary for one chipset, as <c>.bin</c>.</summary>
    [JsonStringEnumMemberName("qnn_context_binary")] QnnContextBinary,

    /// <summary>A container of Qualcomm's own tools, as <c>.dlc</c>.</summary>
    [JsonStringEnumMemberName("qnn_dlc")] QnnDlc,

    /// <summary>For LiteRT (TensorFlow Lite); nothing in the mesh runs it.</summary>
    [JsonStringEnumMemberName("tflite")] TfLite,
}

/// <summary>The chip that something was compiled for, or measured on, as AI Hub's device attributes say it.</summary>
/// <param name="Chipsets">Every name it has there, such as <c>qualcomm-snapdragon-x-elite</c> and <c>sc8380xp</c>; empty when none is known.</param>
/// <param name="Hexagon">The NPU's generation, such as <c>v73</c>; null when unknown.</param>
/// <param name="SocModel">Qualcomm's number of the chip, such as 60; null when unknown.</param>
public sealed record ChipsetTarget(ImmutableArray<string> Chipsets, string? Hexagon = null, int? SocModel = null)
{
    /// <summary>No chip in particular.</summary>
    public static ChipsetTarget Any { get; } = new([]);

    /// <summary>The chip for people, such as <c>qualcomm-snapdragon-x-elite (Hexagon v73)</c>.</summary>
    public override string ToString() =>
        (Chipsets.IsDefaultOrEmpty ? SocModel is { } soc ? $"chip {soc}" : "an unnamed chip" : Chipsets.FirstOrDefault(c => c.StartsWith("qualcomm-", StringComparison.Ordinal)) ?? Chipsets[0])
        + (Hexagon is null ? "" : $" (Hexagon {Hexagon})");
}

/// <summary>What decides where an artifact may go.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Target">What it was compiled for; of no meaning for <see cref="ArtifactKind.Onnx"/>.</param>
public sealed record ArtifactFacts(ArtifactKind Kind, ChipsetTarget Target);

/// <summary>Whether an artifact fits a device.</summary>
/// <param name="Fits">It may be put there.</param>
/// <param name="Runs">An engine that is ready there runs it; else it is only kept.</param>
/// <param name="Why">In words, always.</param>
public sealed record ArtifactFit(bool Fits, bool Runs, string Why);
