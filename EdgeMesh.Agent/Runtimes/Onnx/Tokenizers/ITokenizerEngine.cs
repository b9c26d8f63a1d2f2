namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers;

/// <summary>What turns text into ids and back, behind <see cref="TextTokenizer"/>.</summary>
internal interface ITokenizerEngine
{
    int VocabularySize { get; }

    /// <summary>How many special tokens are put after a text.</summary>
    int ClosingCount { get; }

    List<int> Encode(string text, bool addSpecialTokens);

    string Decode(IEnumerable<int> ids, bool skipSpecial);

    int? IdOf(string token);
}
