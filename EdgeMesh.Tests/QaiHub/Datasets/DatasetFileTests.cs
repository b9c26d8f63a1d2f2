using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Wire;
using EdgeMesh.Tests.Support;

namespace EdgeMesh.Tests.QaiHub.Datasets;

public sealed class DatasetFileTests : IDisposable
{
    private static readonly DatasetContent s_content = new(
    [
        new DatasetTensor("image", [Array(TensorDtype.Float32, 4, 1, 3, 2, 2), Array(TensorDtype.Float32, 4, 1, 3, 2, 2)]),
        new DatasetTensor("a/b:c d", [Array(TensorDtype.Int64, 8, 1, 4), Array(TensorDtype.Int64, 8, 1, 4)]),
        new DatasetTensor("scalar", [Array(TensorDtype.Int32, 4), Array(TensorDtype.Int32, 4)]),
    ]);

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Write_Read_IsTheSame_InTheSameOrder() => AssertSame(s_content, Again(s_content));

    [Fact]
    public void Write_ManyInputsAndEntries_KeepTheirOrder()
    {
        // As text "10" comes before "2".
        var many = new DatasetContent([.. Enumerable.Range(0, 12).Select(i => new DatasetTensor($"in{i}", [.. Enumerable.Range(0, 12).Select(e => new DatasetArray(TensorDtype.Uint8, [1], new[] { (byte)((i * 12) + e) }))]))]);
        AssertSame(many, Again(many));
    }

    [Fact]
    public void Write_EveryType_IsReadAgain() => Assert.All(DatasetArray.Sizes, type =>
    {
        var content = new DatasetContent([new DatasetTensor("x", [Array(type.Key, type.Value, 2, 3), Array(type.Key, type.Value, 2, 3)]), new DatasetTensor("one", [Array(type.Key, type.Value), Array(type.Key, type.Value)])]);
        AssertSame(content, Again(content));
    });

    private static DatasetArray Array(TensorDtype type, int size, params long[] shape)
    {
        var numbers = new byte[shape.Aggregate((long)size, (product, side) => product * side)];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = (byte)((i * 7) % 50);
        }

        return new DatasetArray(type, [.. shape], numbers);
    }

    private static void AssertSame(DatasetContent one, DatasetContent other)
    {
        Assert.Equal(one.Tensors.Select(t => t.Name), other.Tensors.Select(t => t.Name));
        foreach (var (a, b) in one.Tensors.SelectMany(t => t.Entries).Zip(other.Tensors.SelectMany(t => t.Entries)))
        {
            Assert.Equal((a.Type, string.Join(',', a.Shape), Convert.ToHexString(a.Numbers.Span)), (b.Type, string.Join(',', b.Shape), Convert.ToHexString(b.Numbers.Span)));
        }

        Assert.Equal(one.Entries, other.Entries);
    }

    private DatasetContent Again(DatasetContent content)
    {
        DatasetFile.Write(_directory["x.h5"], content);
        return Hdf5.Read(_directory["x.h5"]);
    }
}
