namespace EdgeMesh.Dashboard.Storage;

/// <summary>A submission that may come more than once, because its sender did not hear the answer: it becomes one job (<c>Idempotency-Key</c>).</summary>
/// <param name="Caller">Who sent it: keys of two callers never meet.</param>
/// <param name="Key">1 to 128 visible ASCII characters.</param>
/// <param name="Body">Hash of the request: the same key with another request is a mistake.</param>
[GenerateSerializer, Immutable]
public sealed record SubmitOnce([property: Id(0)] string Caller, [property: Id(1)] string Key, [property: Id(2)] string Body);
