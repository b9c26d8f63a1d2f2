namespace EdgeMesh.Agent.Runtimes.Onnx.Images;

/// <summary>Text to the token ids that the text encoder takes.</summary>
public interface IPromptTokenizer
{
    /// <summary>Ids with start, end and padding, always the same count; a longer text is cut.</summary>
    IReadOnlyList<long> Encode(string text);
}
