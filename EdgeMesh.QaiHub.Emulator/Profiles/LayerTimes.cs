using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Profiles;

/// <summary>
/// Made-up times: more weights take longer, a newer NPU less, CPU and GPU more. The sizes are chosen after what Qualcomm publishes
/// for MobileNet-v2 (as ONNX: 0.28 ms on Hexagon v81, 0.76 ms on Snapdragon X Elite). The same model on the same chipset always gives the same. Nothing was measured.
/// </summary>
internal static class LayerTimes
{
    private static readonly HashSet<string> Heavy = ["Conv", "ConvTranspose", "MatMul", "Gemm", "QLinearConv", "QLinearMatMul", "MatMulInteger", "ConvInteger", "Attention", "LSTM", "GRU", "MatMulNBits"];

    /// <summary>Microseconds of one operation, at least 1.</summary>
    public static ulong Of(GraphNode node, ComputeUnit unit, CatalogueDevice device)
    {
        double work = Heavy.Contains(node.OpType) ? 3 + (node.Weights / 30_000.0) : 1;
        double slower = unit switch { ComputeUnit.Npu => 1, ComputeUnit.Gpu => 3, _ => 8 };
        return (ulong)Math.Max(1, Math.Round(work * Generation(device.Chipset.Hexagon) * slower * (0.8 + (0.4 * Share($"{node.Name}|{device.Chipset.Names[0]}")))));
    }

    /// <summary>How much longer than on Hexagon v81; chipsets without one count as old.</summary>
    private static double Generation(int hexagon) => hexagon switch { >= 81 => 1, >= 79 => 1.2, >= 75 => 1.6, >= 73 => 2.4, >= 69 => 3, >= 68 => 3.5, _ => 4 };

    /// <summary>From 0 to 1, always the same for a text.</summary>
    public static double Share(string text) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / (double)uint.MaxValue;
}
