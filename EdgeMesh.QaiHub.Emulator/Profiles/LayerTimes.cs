using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using EdgeMesh.QaiHub.Emulator.Catalogue;
using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Emulator.Profiles;

/// <summary>Made-up times that only keep an order: more weights take longer, a newer NPU less, CPU and GPU more. The same model on the same chipset always gives the same. Nothing was measured.</summary>
internal static class LayerTimes
{
    private static readonly HashSet<string> Heavy = ["Conv", "ConvTranspose", "MatMul", "Gemm", "QLinearConv", "QLinearMatMul", "MatMulInteger", "ConvInteger", "Attention", "LSTM", "GRU", "MatMulNBits"];

    /// <summary>Microseconds of one operation, at least 1.</summary>
    public static ulong Of(GraphNode node, ComputeUnit unit, CatalogueDevice device)
    {
        double work = Heavy.Contains(node.OpType) ? 12 + (node.Weights / 5000.0) : 3;
        double generation = device.Chipset.Hexagon > 0 ? 1 + ((81 - device.Chipset.Hexagon) * 0.1) : 2.5;
        double slower = unit switch { ComputeUnit.Npu => 1, ComputeUnit.Gpu => 3, _ => 8 };
        return (ulong)Math.Max(1, Math.Round(work * generation * slower * (0.8 + (0.4 * Share($"{node.Name}|{device.Chipset.Names[0]}")))));
    }

    /// <summary>From 0 to 1, always the same for a text.</summary>
    public static double Share(string text) =>
        BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) / (double)uint.MaxValue;
}
