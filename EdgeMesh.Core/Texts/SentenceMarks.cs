namespace EdgeMesh.Core.Texts;

/// <summary>The characters that end sentences (Unicode's property Sentence_Terminal, of the scripts in use), and what may stand around them.</summary>
public static class SentenceMarks
{
    /// <summary>Ends that need no space after them: their scripts write none there, or the mark stands for nothing else.</summary>
    private const string Wide = "。．｡！？।॥។៕၊။།༎༑።፧፨։᠃᠉꓿꘎꛳꛷᙮᥄᥅᪨᪩᭚᭛᱾᱿";

    private const string Narrow = ".!?…؟۔܀܁܂‼‽⁇⁈⁉";
    private const string Closing = "\"'”’»›)]}』」）】》〉";
    private const string Opening = "\"'“‘„‚«‹([{『「（【《〈¿¡*_–—-";

    /// <summary>Whether a character may end a sentence.</summary>
    public static bool IsEnd(char c) => Narrow.Contains(c, StringComparison.Ordinal) || IsWideEnd(c);

    /// <summary>Whether it ends one without a space after it.</summary>
    public static bool IsWideEnd(char c) => Wide.Contains(c, StringComparison.Ordinal);

    /// <summary>Quotes and brackets that belong to the sentence before them.</summary>
    public static bool IsClosing(char c) => Closing.Contains(c, StringComparison.Ordinal);

    /// <summary>Quotes, brackets and marks that stand before the first word of a sentence.</summary>
    public static bool IsOpening(char c) => Opening.Contains(c, StringComparison.Ordinal);
}
