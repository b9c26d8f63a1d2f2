using EdgeMesh.QaiHub.Wire;

namespace EdgeMesh.QaiHub.Tensors;

/// <summary>The service's names, shapes and types of tensors as records.</summary>
internal static class TensorRecords
{
    public static ImmutableArray<TensorSpec> Of(NamedTensorTypeList? list) =>
        [.. list?.Types_.Select(t => new TensorSpec(t.Name, [.. t.TensorType?.Shape.Select(d => new TensorDim((long)d)) ?? []], t.TensorType?.Dtype ?? TensorDtype.Unspecified)) ?? []];
}
