namespace EdgeMesh.Agent.Runtimes.Onnx.Sessions.Files;

/// <summary>What a model file says of itself, read without loading it.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Size of the file and its external data.</param>
/// <param name="Parameters">Elements of its weights as stored (packed 4-bit weights count per byte).</param>
/// <param name="External">Parts of other files it refers to.</param>
/// <param name="Readers">For each value that is read anywhere: the kinds of operators that read it.</param>
/// <param name="Nodes">Its operators, nested graphs included.</param>
public sealed record OnnxFile(
    string Path,
    long Bytes,
    long Parameters,
    ImmutableArray<ExternalPart> External,
    ImmutableDictionary<string, ImmutableHashSet<string>> Readers,
    int Nodes)
{
    /// <summary>What the graph takes and gives; a weight is no input.</summary>
    public GraphSignature Signature { get; init; } = new([], []);
}

/// <summary>Bytes in another file, as the model names them.</summary>
/// <param name="Location">Path relative to the model file.</param>
/// <param name="Offset">First byte.</param>
/// <param name="Length">Bytes; 0 when the model does not say.</param>
public sealed record ExternalPart(string Location, long Offset, long Length);
