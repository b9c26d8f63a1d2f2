using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>A text encoder's tokenizer: always the same number of ids, as its files say, else CLIP's 77.</summary>
internal sealed class PromptTokenizer(TextTokenizer tokenizer) : IPromptTokenizer
{
    private const int ClipLength = 77;

    /// <exception cref="TokenizerException">The folder has no tokenizer that can be used.</exception>
    public static PromptTokenizer Load(string folder) => new(TextTokenizer.Load(folder));

    public IReadOnlyList<long> Encode(string text) => [.. tokenizer.EncodeFixed(text, tokenizer.FixedLength ?? ClipLength).Select(id => (long)id)];
}
