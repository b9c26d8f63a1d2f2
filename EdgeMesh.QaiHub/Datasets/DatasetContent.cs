using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Datasets;

/// <summary>What is in a data set: for each input of a model its entries, in order. All inputs have equally many.</summary>
public sealed record DatasetContent(ImmutableArray<DatasetTensor> Tensors)
{
    /// <summary>How many times a model can be run with it.</summary>
    public int Entries => Tensors.IsDefaultOrEmpty ? 0 : Tensors.Max(t => t.Entries.Length);

    /// <summary>Of all numbers.</summary>
    public long Bytes => Tensors.Sum(t => t.Entries.Sum(e => (long)e.Numbers.Length));
}

/// <summary>The entries for one input, or of one output.</summary>
public sealed record DatasetTensor(string Name, ImmutableArray<DatasetArray> Entries);

/// <summary>One array.</summary>
/// <param name="Shape">Its sizes; none for a single number.</param>
/// <param name="Numbers">Little-endian, in C order.</param>
public sealed record DatasetArray(TensorDtype Type, ImmutableArray<long> Shape, ReadOnlyMemory<byte> Numbers)
{
    /// <summary>The types that a data set can have, with the bytes of one number.</summary>
    public static ImmutableDictionary<TensorDtype, int> Sizes { get; } = ImmutableDictionary.CreateRange<TensorDtype, int>(
    [
        new(TensorDtype.Float32, 4), new(TensorDtype.Float16, 2), new(TensorDtype.Int8, 1), new(TensorDtype.Uint8, 1), new(TensorDtype.Int16, 2), new(TensorDtype.Uint16, 2), new(TensorDtype.Int32, 4), new(TensorDtype.Int64, 8),
    ]);
}
