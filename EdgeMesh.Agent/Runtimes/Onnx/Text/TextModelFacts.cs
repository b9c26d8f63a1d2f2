namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>Numbers of a loaded text model, for estimates of memory and time.</summary>
/// <param name="File">Name of the loaded file.</param>
/// <param name="Bytes">Bytes of the file and its external data.</param>
/// <param name="Parameters">Elements of its weights as stored; packed 4-bit weights count per byte.</param>
/// <param name="ContextTokens">Longest sequence.</param>
/// <param name="Vocabulary">Columns of the logits.</param>
/// <param name="Layers">Layers with a cache.</param>
/// <param name="KvBytesPerToken">Bytes of keys and values for one token: Σ over layers of 2 × key/value heads × head size × bytes per element.</param>
/// <param name="SharesCache">Past and present are one buffer; otherwise the cache is held twice.</param>
public sealed record TextModelFacts(
    string File,
    long Bytes,
    long Parameters,
    int ContextTokens,
    int Vocabulary,
    int Layers,
    int KvBytesPerToken,
    bool SharesCache)
{
    /// <summary>Bytes of keys and values for a sequence of so many tokens.</summary>
    public long KvBytes(int tokens) => (long)KvBytesPerToken * tokens * (SharesCache ? 1 : 2);
}
