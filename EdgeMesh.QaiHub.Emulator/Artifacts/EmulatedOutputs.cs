using EdgeMesh.QaiHub.Emulator.Graphs;
using EdgeMesh.QaiHub.Wire;
using PureHDF;
using PureHDF.Filters;
using PureHDF.VOL.Native;

namespace EdgeMesh.QaiHub.Emulator.Artifacts;

/// <summary>
/// What stands for the outputs of an inference job: an HDF5 file in the form that clients read (groups <c>data/0</c>, <c>data/1</c> … with <c>name</c>, <c>order</c> and <c>batch_count</c>), with one
/// entry of zeros for each output in its type and shape. Nothing is computed.
/// </summary>
internal static class EmulatedOutputs
{
    private const long MaxNumbers = 1 << 20;
    private const int MaxRank = 32;

    /// <summary>Writes the file.</summary>
    /// <param name="remark">For people who look into the file.</param>
    public static void Write(string path, IEnumerable<GraphTensor> outputs, string remark)
    {
        var data = new H5Group();
        foreach (var (order, output) in outputs.Index())
        {
            var group = new H5Group { ["batch_0"] = Zeros(output) };
            group.Attributes["order"] = (long)order;
            group.Attributes["name"] = output.Name;
            group.Attributes["batch_count"] = 1L;
            data[$"{order}"] = group;
        }

        var file = new H5File { ["data"] = data };
        file.Attributes["remark"] = remark;
        file.Write(path);
    }

    /// <summary>A size that is not fixed is 1; an output that is huge, or of a type that a data set cannot have, becomes a single float.</summary>
    private static H5Dataset Zeros(GraphTensor output)
    {
        ulong[] sizes = [.. output.Shape.Select(d => d is > 0 ? (ulong)d.Value : 1)];
        var numbers = sizes.Aggregate(1L, (product, size) => product > MaxNumbers || size > MaxNumbers ? long.MaxValue : product * (long)size);
        return numbers > MaxNumbers || sizes.Length > MaxRank ? Zeros<float>([1]) : output.Dtype switch
        {
            TensorDtype.Float32 => Zeros<float>(sizes),
            TensorDtype.Float16 => Zeros<Half>(sizes),
            TensorDtype.Int8 => Zeros<sbyte>(sizes),
            TensorDtype.Uint8 => Zeros<byte>(sizes),
            TensorDtype.Int16 => Zeros<short>(sizes),
            TensorDtype.Uint16 => Zeros<ushort>(sizes),
            TensorDtype.Int32 => Zeros<int>(sizes),
            TensorDtype.Int64 => Zeros<long>(sizes),
            _ => Zeros<float>([1]),
        };
    }

    private static H5Dataset Zeros<T>(ulong[] sizes)
        where T : unmanaged
    {
        var numbers = new T[sizes.Aggregate(1UL, (product, size) => product * size)];
        // Only chunks can be compressed, and a single number has none.
        return sizes.Length == 0 ? new H5Dataset(numbers, fileDims: sizes)
            : new H5Dataset(numbers, chunks: [.. sizes.Select(s => (uint)s)], fileDims: sizes, datasetCreation: new H5DatasetCreation(Filters: [DeflateFilter.Id]));
    }
}
