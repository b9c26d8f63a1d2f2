namespace EdgeMesh.Tests.Mesh;

/// <summary>Tests with several hosts run one after the other: each is a small network with real processes.</summary>
[CollectionDefinition(Name)]
public sealed class MeshTests
{
    public const string Name = "mesh";
}
