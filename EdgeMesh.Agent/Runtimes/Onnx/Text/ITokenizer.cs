namespace EdgeMesh.Agent.Runtimes.Onnx.Text;

/// <summary>What the text engine needs of a tokenizer.</summary>
public interface ITokenizer
{
    /// <summary>The ids of a text.</summary>
    /// <param name="text">A rendered prompt; special tokens written in it become their ids.</param>
    /// <param name="addSpecial">Also put in front (and behind) what the tokenizer's own rules add, such as a begin-of-text token.</param>
    IReadOnlyList<int> Encode(string text, bool addSpecial);

    /// <summary>A new decoder for one answer.</summary>
    IStreamDecoder StreamDecoder();
}

/// <summary>Turns ids into text as they come; a character that is not complete yet is held back.</summary>
public interface IStreamDecoder
{
    /// <summary>The text that is certain after this id; may be empty.</summary>
    string Push(int id);

    /// <summary>What was held back; a broken character becomes U+FFFD.</summary>
    string Flush();
}
