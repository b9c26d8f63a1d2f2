using System.Globalization;
using System.Runtime.InteropServices;
using EdgeMesh.QaiHub.Datasets;
using EdgeMesh.QaiHub.Wire;
using PureHDF;

namespace EdgeMesh.Tests.Support;

/// <summary>What is in a data set that our own code wrote. Only for such files: on a damaged one this reader would end the process of the tests, which is why the product has none.</summary>
internal static class Hdf5
{
    public static DatasetContent Read(string path)
    {
        using var file = H5File.OpenRead(path);
        return new DatasetContent([.. file.Group("data").Children().OfType<IH5Group>().OrderBy(g => g.Attribute("order").Read<long>()).Select(Tensor)]);
    }

    /// <summary>Name, type and shape of each input or output, which have one entry each.</summary>
    public static string[] Names(byte[] file)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["set.h5"], file);
        return [.. Read(directory["set.h5"]).Tensors.Select(t => $"{t.Name} {t.Entries.Single().Type} {string.Join(',', t.Entries.Single().Shape)}")];
    }

    private static DatasetTensor Tensor(IH5Group group) => new(
        group.Attribute("name").Read<string>(),
        [.. Enumerable.Range(0, (int)group.Attribute("batch_count").Read<long>()).Select(i => Array(group.Dataset("batch_" + i.ToString(CultureInfo.InvariantCulture))))]);

    private static DatasetArray Array(IH5Dataset array)
    {
        var type = (array.Type.Class, array.Type.Size) switch
        {
            (H5DataTypeClass.FloatingPoint, 4) => TensorDtype.Float32,
            (H5DataTypeClass.FloatingPoint, 2) => TensorDtype.Float16,
            (H5DataTypeClass.FixedPoint, 1) => array.Type.FixedPoint.IsSigned ? TensorDtype.Int8 : TensorDtype.Uint8,
            (H5DataTypeClass.FixedPoint, 2) => array.Type.FixedPoint.IsSigned ? TensorDtype.Int16 : TensorDtype.Uint16,
            (H5DataTypeClass.FixedPoint, 4) when array.Type.FixedPoint.IsSigned => TensorDtype.Int32,
            (H5DataTypeClass.FixedPoint, 8) when array.Type.FixedPoint.IsSigned => TensorDtype.Int64,
            _ => throw new InvalidDataException($"{array.Name} has a type that no data set has."),
        };
        var numbers = type switch
        {
            TensorDtype.Float32 => Numbers<float>(array),
            TensorDtype.Float16 => Numbers<Half>(array),
            TensorDtype.Int8 => Numbers<sbyte>(array),
            TensorDtype.Uint8 => Numbers<byte>(array),
            TensorDtype.Int16 => Numbers<short>(array),
            TensorDtype.Uint16 => Numbers<ushort>(array),
            TensorDtype.Int32 => Numbers<int>(array),
            _ => Numbers<long>(array),
        };
        return new DatasetArray(type, [.. array.Space.Dimensions.Select(d => (long)d)], numbers);
    }

    private static byte[] Numbers<T>(IH5Dataset array)
        where T : unmanaged => MemoryMarshal.AsBytes(array.Space.Dimensions.Length == 0 ? [array.Read<T>()] : array.Read<T[]>().AsSpan()).ToArray();
}
