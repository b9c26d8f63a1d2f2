using Microsoft.ML.Tokenizers;

namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>A <c>tokenizer.model</c> (SentencePiece BPE or Unigram), by Microsoft.ML.Tokenizers.</summary>
internal sealed class SentencePieceEngine(SentencePieceTokenizer tokenizer, bool addBos, bool addEos) : ITokenizerEngine
{
    private readonly HashSet<int> _special =
        [tokenizer.BeginningOfSentenceId, tokenizer.EndOfSentenceId, tokenizer.UnknownId, .. tokenizer.SpecialTokens?.Values ?? []];

    public int VocabularySize { get; } = 1 + Math.Max(
        tokenizer.Vocabulary.Values.DefaultIfEmpty(-1).Max(),
        tokenizer.SpecialTokens?.Values.DefaultIfEmpty(-1).Max() ?? -1);

    public int ClosingCount => addEos ? 1 : 0;

    public List<int> Encode(string text, bool addSpecialTokens)
        => [.. tokenizer.EncodeToIds(text, addSpecialTokens && addBos, addSpecialTokens && addEos)];

    public string Decode(IEnumerable<int> ids, bool skipSpecial)
        => tokenizer.Decode(ids.Where(id => id >= 0 && id < VocabularySize && !(skipSpecial && _special.Contains(id))), considerSpecialTokens: true);

    public int? IdOf(string token)
        => tokenizer.SpecialTokens?.TryGetValue(token, out var id) == true || tokenizer.Vocabulary.TryGetValue(token, out id) ? id : null;
}
