namespace EdgeMesh.Core.Scheduling;

/// <summary>The place of a waiting attempt in the turns of its lane (<see cref="FairQueue{T}"/>).</summary>
/// <param name="Caller">Whose it is.</param>
/// <param name="StartMs">Milliseconds of virtual time from now at which it starts; the least has the next turn.</param>
[GenerateSerializer, Immutable]
public readonly record struct Claim(string Caller, double StartMs);
