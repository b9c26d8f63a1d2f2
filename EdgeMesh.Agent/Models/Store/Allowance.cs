namespace EdgeMesh.Agent.Models.Store;

/// <summary>Bytes that may still come, and what it is called when more do: the limit for models, or the disk.</summary>
internal readonly record struct Allowance(long Bytes, StoreFailure Beyond);
