using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Profiles;

/// <summary>Which unit of a device takes an operation.</summary>
internal sealed class LayerPlacement(CatalogueDevice device, TargetRuntime runtime, bool quantized, IReadOnlyList<string> units)
{
    /// <summary>What <c>--compute_unit</c> takes, one or some.</summary>
    public static readonly string[] Units = ["all", "npu", "gpu", "cpu"];

    /// <summary>Operations whose results have no fixed size, or that hold graphs of their own, stay on the CPU.</summary>
    private static readonly HashSet<string> OnlyCpu =
        ["NonMaxSuppression", "NonZero", "Unique", "Loop", "If", "Scan", "Multinomial", "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "StringNormalizer", "TfIdfVectorizer"];

    private readonly ComputeUnit _best = Best(device, runtime, quantized, units);

    public ComputeUnit Of(GraphNode node) => OnlyCpu.Contains(node.OpType) ? ComputeUnit.Cpu : _best;

    /// <summary>The NPU where it may and can, then the GPU where it was asked for or TensorFlow Lite uses it, then the CPU, which every device has.</summary>
    private static ComputeUnit Best(CatalogueDevice device, TargetRuntime runtime, bool quantized, IReadOnlyList<string> units)
    {
        bool all = units.Contains("all");
        bool npu = runtime.NeedsQnn || (device.Chipset.Qnn && (device.Chipset.Fp16 || quantized));
        return (all || units.Contains("npu")) && npu ? ComputeUnit.Npu
            : units.Contains("gpu") || (all && runtime == TargetRuntime.TfLite) ? ComputeUnit.Gpu
            : ComputeUnit.Cpu;
    }
}
