using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace EdgeMesh.Agent.Runtimes.Onnx.Measure;

/// <summary>Inputs that nobody gave: the same for the same seed. Fractions from 0 to below 1, whole numbers of a byte over its range, larger ones 0 or 1 (they are mostly ids or masks).</summary>
internal static class MadeNumbers
{
    public static void Fill(Span<byte> target, TensorElementType type, Random random)
    {
        switch (type)
        {
            case TensorElementType.Float: Fill(MemoryMarshal.Cast<byte, float>(target), random.NextSingle); break;
            case TensorElementType.Double: Fill(MemoryMarshal.Cast<byte, double>(target), random.NextDouble); break;
            case TensorElementType.Float16: Fill(MemoryMarshal.Cast<byte, Half>(target), () => (Half)random.NextSingle()); break;
            // The upper half of a float is a bfloat16.
            case TensorElementType.BFloat16: Fill(MemoryMarshal.Cast<byte, ushort>(target), () => (ushort)(BitConverter.SingleToUInt32Bits(random.NextSingle()) >> 16)); break;
            case TensorElementType.Int8 or TensorElementType.UInt8: random.NextBytes(target); break;
            case TensorElementType.Bool: Fill(target, () => (byte)random.Next(2)); break;
            case TensorElementType.Int16 or TensorElementType.UInt16: Fill(MemoryMarshal.Cast<byte, short>(target), () => (short)random.Next(2)); break;
            case TensorElementType.Int32 or TensorElementType.UInt32: Fill(MemoryMarshal.Cast<byte, int>(target), () => random.Next(2)); break;
            default: Fill(MemoryMarshal.Cast<byte, long>(target), () => random.Next(2)); break;
        }
    }

    private static void Fill<T>(Span<T> target, Func<T> next)
    {
        foreach (ref var element in target)
        {
            element = next();
        }
    }
}
