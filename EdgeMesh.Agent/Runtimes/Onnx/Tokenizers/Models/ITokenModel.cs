namespace EdgeMesh.Agent.Runtimes.Onnx.Tokenizers.Models;

/// <summary>Turns one word into ids.</summary>
internal interface ITokenModel
{
    IReadOnlyDictionary<string, int> Vocabulary { get; }

    void Encode(string word, List<int> ids);
}
