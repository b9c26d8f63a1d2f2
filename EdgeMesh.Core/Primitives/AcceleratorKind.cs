using System.Text.Json.Serialization;

namespace EdgeMesh.Core.Primitives;

/// <summary>What computes.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AcceleratorKind>))]
public enum AcceleratorKind
{
    CPU,
    GPU,
    NPU,
}
