using System.Runtime.InteropServices;
using EdgeMesh.Core.Arrays;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Tensors;
using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub.Data;

/// <summary>Cuts a NumPy array into the entries of an input. Pure.</summary>
internal static class ArrayEntries
{
    /// <summary>
    /// The entries in an array: itself where it has the input's shape; each along its first size where it holds several; with a leading 1 where that is all it lacks. Without a known input the array
    /// is one entry.
    /// </summary>
    /// <exception cref="DatasetException">It does not fit the input.</exception>
    public static ImmutableArray<DatasetArray> Of(string name, Npy array, TensorSpec? input)
    {
        var (type, numbers) = Typed(name, array, input);
        if (array.Shape.Any(s => s <= 0))
        {
            throw new DatasetException($"{name} has no numbers: its shape is [{string.Join(", ", array.Shape)}].", "Every size must be 1 or more.");
        }

        if (input is null || Fits(array.Shape, input.Shape))
        {
            return [new DatasetArray(type, array.Shape, numbers)];
        }

        var (shape, wanted) = (array.Shape, input.Shape);
        if (shape.Length == wanted.Length - 1 && wanted[0].Size is null or 1 && Fits(shape, wanted[1..]))
        {
            return [new DatasetArray(type, shape.Insert(0, 1), numbers)];
        }

        if (shape.Length == wanted.Length && shape.Length > 0 && wanted[0].Size is { } batch && shape[0] % batch == 0 && Fits(shape[1..], wanted[1..]))
        {
            return Cut(type, shape.SetItem(0, batch), numbers, shape[0] / batch);
        }

        return shape.Length == wanted.Length + 1 && Fits(shape[1..], wanted)
            ? Cut(type, shape[1..], numbers, shape[0])
            : throw new DatasetException($"{name} is [{string.Join(", ", shape)}]; the input takes [{input.ShapeText}].", "Give arrays of that shape, or several of them along one more size in front.");
    }

    private static bool Fits(ImmutableArray<long> shape, ImmutableArray<TensorDim> wanted) =>
        shape.Length == wanted.Length && shape.Zip(wanted).All(s => s.Second.Size is null || s.Second.Size == s.First);

    private static ImmutableArray<DatasetArray> Cut(TensorDtype type, ImmutableArray<long> shape, ReadOnlyMemory<byte> numbers, long count)
    {
        var bytes = numbers.Length / (int)count;
        return [.. Enumerable.Range(0, (int)count).Select(i => new DatasetArray(type, shape, numbers.Slice(i * bytes, bytes)))];
    }

    // NumPy makes float64 and int64 where nobody asks for another type; models hardly take them.
    private static (TensorDtype Type, ReadOnlyMemory<byte> Numbers) Typed(string name, Npy array, TensorSpec? input)
    {
        if (array.Type == "float64" && input?.Dtype is null or TensorDtype.Float32)
        {
            return (TensorDtype.Float32, Converted<double, float>(array.Numbers, d => (float)d));
        }

        if (array.Type == "int64" && input?.Dtype == TensorDtype.Int32)
        {
            try
            {
                return (TensorDtype.Int32, Converted<long, int>(array.Numbers, l => checked((int)l)));
            }
            catch (OverflowException)
            {
                throw new DatasetException($"{name} has numbers that are too large for int32, which the input takes.", "Give it as int32.");
            }
        }

        var type = HubTypes.Parse(array.Type) is { } known && DatasetArray.Sizes.ContainsKey(known)
            ? known
            : throw new DatasetException($"{name} has numbers of the type {array.Type}, which a data set cannot have.", "Save it as float32 or a whole-number type.");
        return input is null || input.Dtype == type
            ? (type, array.Numbers)
            : throw new DatasetException($"{name} has numbers of the type {array.Type}; the input takes {HubTypes.Name(input.Dtype)}.", $"Save it with .astype('{HubTypes.Name(input.Dtype)}').");
    }

    private static byte[] Converted<TFrom, TTo>(ReadOnlyMemory<byte> numbers, Func<TFrom, TTo> convert)
        where TFrom : unmanaged
        where TTo : unmanaged
    {
        var from = MemoryMarshal.Cast<byte, TFrom>(numbers.Span);
        var to = new TTo[from.Length];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = convert(from[i]);
        }

        return MemoryMarshal.AsBytes(to.AsSpan()).ToArray();
    }
}
