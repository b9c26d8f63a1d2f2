using EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;
using EdgeMesh.Core.Jobs;

namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>A text encoder's tokenizer: always the same number of ids, as its files say, else CLIP's 77.</summary>
internal sealed class PromptTokenizer(TextTokenizer tokenizer) : IPromptTokenizer
{
    private const int ClipLength = 77;

    /// <exception cref="TaskFailedException">Unsupported: the folder has no tokenizer that can be used.</exception>
    public static PromptTokenizer Load(string folder)
    {
        try
        {
            return new(TextTokenizer.Load(folder));
        }
        catch (TokenizerException e)
        {
            throw new TaskFailedException(ReasonCode.Unsupported, e.Message);
        }
    }

    public IReadOnlyList<long> Encode(string text) => [.. tokenizer.EncodeFixed(text, tokenizer.FixedLength ?? ClipLength).Select(id => (long)id)];
}
