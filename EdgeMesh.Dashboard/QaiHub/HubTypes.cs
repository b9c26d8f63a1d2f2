using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.Dashboard.QaiHub;

/// <summary>Types of tensors by the names that people use.</summary>
public static class HubTypes
{
    public static ImmutableArray<string> All { get; } = ["float32", "float16", "int32", "int64", "int8", "uint8", "int16", "uint16", "bool"];

    public static TensorDtype? Parse(string? name) => name is not null && All.Contains(name) && Enum.TryParse<TensorDtype>(name, ignoreCase: true, out var type) ? type : null;

    public static string Name(TensorDtype type) => type.ToString().ToLowerInvariant();
}
