using System.Runtime.InteropServices;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>Random numbers for an input, the same for a seed: fractions from 0 to below 1, bytes over their range, other whole numbers 0 or 1.</summary>
internal static class RandomEntries
{
    public static ImmutableArray<DatasetArray> Of(TensorSpec input, int entries, Random random)
    {
        ImmutableArray<long> shape = [.. input.Shape.Select(d => d.Size!.Value)];
        var count = shape.Aggregate(1L, (product, size) => product * size);
        return [.. Enumerable.Range(0, entries).Select(_ => new DatasetArray(input.Dtype, shape, Numbers(input.Dtype, (int)count, random)))];
    }

    private static byte[] Numbers(TensorDtype type, int count, Random random)
    {
        switch (type)
        {
            case TensorDtype.Float32:
                return Made(count, () => random.NextSingle());
            case TensorDtype.Float16:
                return Made(count, () => (Half)(random.NextSingle() * 0.999f));
            case TensorDtype.Int16 or TensorDtype.Uint16:
                return Made(count, () => (short)random.Next(2));
            case TensorDtype.Int32:
                return Made(count, () => random.Next(2));
            case TensorDtype.Int64:
                return Made(count, () => (long)random.Next(2));
            default:
                var bytes = new byte[count];
                random.NextBytes(bytes);
                return bytes;
        }
    }

    private static byte[] Made<T>(int count, Func<T> make)
        where T : unmanaged
    {
        var numbers = new T[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = make();
        }

        return MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();
    }
}
