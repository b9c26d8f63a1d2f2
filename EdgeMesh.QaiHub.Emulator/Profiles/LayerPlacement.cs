using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Emulator.Jobs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Profiles;

/// <summary>Which unit of a device takes an operation.</summary>
internal sealed class LayerPlacement(CatalogueDevice device, TargetRuntime runtime, bool quantized, string computeUnit)
{
    /// <summary>Operations whose results have no fixed size, or that hold graphs of their own, stay on the CPU.</summary>
    private static readonly HashSet<string> OnlyCpu =
        ["NonMaxSuppression", "NonZero", "Unique", "Loop", "If", "Scan", "Multinomial", "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "StringNormalizer", "TfIdfVectorizer"];

    private readonly ComputeUnit _best = Best(device, runtime, quantized, computeUnit);

    public ComputeUnit Of(GraphNode node) => OnlyCpu.Contains(node.OpType) ? ComputeUnit.Cpu : _best;

    private static ComputeUnit Best(CatalogueDevice device, TargetRuntime runtime, bool quantized, string computeUnit)
    {
        bool npu = device.Chipset.Qnn && (device.Chipset.Fp16 || quantized);
        return computeUnit switch
        {
            "cpu" => ComputeUnit.Cpu,
            "gpu" => ComputeUnit.Gpu,
            "all" or "npu" when npu || runtime.NeedsQnn => ComputeUnit.Npu,
            "all" when runtime == TargetRuntime.TfLite => ComputeUnit.Gpu,
            _ => ComputeUnit.Cpu,
        };
    }
}
