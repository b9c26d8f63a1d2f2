using System.Globalization;
using System.Runtime.InteropServices;
using EdgeMesh.QaiHub.Wire;
using PureHDF;
using PureHDF.Filters;
using PureHDF.VOL.Native;

namespace EdgeMesh.QaiHub.Datasets;

/// <summary>
/// The service's file of a data set: HDF5 with a group <c>data/0</c>, <c>data/1</c> … for each input, its attributes <c>name</c>, <c>order</c> and <c>batch_count</c>, and its entries
/// <c>batch_0</c>, <c>batch_1</c> … compressed by gzip. What was written here was read by h5py, and the layout is that of the public client 0.36. It is only written: the library's reader follows a
/// damaged file in circles until the stack ends, and the process with it.
/// </summary>
public static class DatasetFile
{
    private const string Root = "data";

    /// <summary>Writes a file.</summary>
    public static void Write(string path, DatasetContent content)
    {
        var data = new H5Group();
        for (var i = 0; i < content.Tensors.Length; i++)
        {
            data[Number(i)] = Group(content.Tensors[i], i);
        }

        new H5File { [Root] = data }.Write(path);
    }

    private static H5Group Group(DatasetTensor tensor, int order)
    {
        var group = new H5Group();
        for (var i = 0; i < tensor.Entries.Length; i++)
        {
            group[$"batch_{Number(i)}"] = Dataset(tensor.Entries[i]);
        }

        group.Attributes["order"] = (long)order;
        group.Attributes["name"] = tensor.Name;
        group.Attributes["batch_count"] = (long)tensor.Entries.Length;
        return group;
    }

    private static H5Dataset Dataset(DatasetArray array) => array.Type switch
    {
        TensorDtype.Float32 => Dataset<float>(array),
        TensorDtype.Float16 => Dataset<Half>(array),
        TensorDtype.Int8 => Dataset<sbyte>(array),
        TensorDtype.Uint8 => Dataset<byte>(array),
        TensorDtype.Int16 => Dataset<short>(array),
        TensorDtype.Uint16 => Dataset<ushort>(array),
        TensorDtype.Int32 => Dataset<int>(array),
        TensorDtype.Int64 => Dataset<long>(array),
        _ => throw new ArgumentException($"A data set cannot have {array.Type}.", nameof(array)),
    };

    private static H5Dataset Dataset<T>(DatasetArray array)
        where T : unmanaged
    {
        var numbers = MemoryMarshal.Cast<byte, T>(array.Numbers.Span).ToArray();
        ulong[] sizes = [.. array.Shape.Select(s => (ulong)s)];
        // Only chunks can be compressed, and a single number has none.
        return sizes.Length == 0 ? new H5Dataset(numbers, fileDims: sizes)
            : new H5Dataset(numbers, chunks: [.. array.Shape.Select(s => (uint)s)], fileDims: sizes, datasetCreation: new H5DatasetCreation(Filters: [DeflateFilter.Id]));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
