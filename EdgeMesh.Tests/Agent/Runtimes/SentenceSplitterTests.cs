using CsCheck;
using EdgeMesh.Agent.Runtimes.Summariser;

namespace EdgeMesh.Tests.Agent.Runtimes;

public sealed class SentenceSplitterTests
{
    public static TheoryData<string, string[]> Texts => new()
    {
        { "One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"] },
        { "Dr. Chen met Mr. Okafor, e.g. on Jan. 5. They talked.", ["Dr. Chen met Mr. Okafor, e.g. on Jan. 5.", "They talked."] },
        { "J. R. R. Tolkien wrote it. It is long.", ["J. R. R. Tolkien wrote it.", "It is long."] },
        { "It costs 3.50 euros. Version 1.2.3 is out.", ["It costs 3.50 euros.", "Version 1.2.3 is out."] },
        { "See fig. 3 and no. 5. He said no. Then he left.", ["See fig. 3 and no. 5.", "He said no.", "Then he left."] },
        { "\"Stop!\" he said. \"Why?\" She stopped.", ["\"Stop!\" he said.", "\"Why?\"", "She stopped."] },
        { "(It rained.) We went home.", ["(It rained.)", "We went home."] },
        { "What?! No... Yes.", ["What?!", "No...", "Yes."] },
        { "Wait ... and see. Now.", ["Wait ... and see.", "Now."] },
        { "今日は雨です。明日は晴れます！本当ですか？はい", ["今日は雨です。", "明日は晴れます！", "本当ですか？", "はい"] },
        { "「行こう。」と彼は言った。「うん。」「よし。」", ["「行こう。」と彼は言った。", "「うん。」", "「よし。」"] },
        { "هذا كتاب. هل قرأته؟ نعم، قرأته.", ["هذا كتاب.", "هل قرأته؟", "نعم، قرأته."] },
        { "یہ کتاب ہے۔ وہ قلم ہے۔", ["یہ کتاب ہے۔", "وہ قلم ہے۔"] },
        { "यह एक किताब है। वह कलम है॥ अच्छा।", ["यह एक किताब है।", "वह कलम है॥", "अच्छा।"] },
        { "Das ist z.B. gut. Und d.h. auch das.", ["Das ist z.B. gut.", "Und d.h. auch das."] },
        { "# A title\nThe text begins. It goes on.", ["A title", "The text begins.", "It goes on."] },
        { "Groceries:\n- two apples\n- one pear\n1. Wash them.\n2) Eat them.", ["Groceries:", "two apples", "one pear", "Wash them.", "Eat them."] },
        { "A line\nthat goes on.\n\nA paragraph without an end\n\nAnother.", ["A line that goes on.", "A paragraph without an end", "Another."] },
        { "Windows\r\nlines.\r\n\r\nNext.", ["Windows lines.", "Next."] },
        { "Ages of the team.\n\nName | Age\n--- | ---\nAnn Lee | 30 years\nBob | 41\n\nThat is all.", ["Ages of the team.", "Ann Lee | 30 years", "Bob | 41", "That is all."] },
        { "Ages:\nName | Age | Town\n:--- | :--: | ---:\nAnn. | 30 | York\nBob | 41 |\nThat is all.", ["Ages:", "Ann. | 30 | York", "Bob | 41", "That is all."] },
        { "| Name | Age\n|---|---\n| Ann | 30\n\nText.", ["Ann | 30", "Text."] },
        { "Name | Age |\n---|---|\nAnn | 30 |\n\nText.", ["Ann | 30", "Text."] },
        { "Cats | dogs\n\nA | B is a pipe. It goes on.", ["Cats | dogs", "A | B is a pipe.", "It goes on."] },
        { "Name \\| Age\n---|---\nText goes on.", ["Name \\| Age", "Text goes on."] },
        { "one sentence only", ["one sentence only"] },
        { "", [] },
        { " \n\t\n ", [] },
        { "... !!! --- 。", [] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Split_ThisText_GivesTheseSentences(string text, string[] expected) => Assert.Equal(expected, SentenceSplitter.Split(text));

    [Fact]
    public void Split_AnyText_LosesNoLetterAndNeverThrows() => Gen.String.Sample(text =>
    {
        var sentences = SentenceSplitter.Split(text);
        Assert.All(sentences, s => Assert.Contains(s, char.IsLetterOrDigit));
        Assert.Equal(Letters(text), Letters(string.Concat(sentences)));

        static string Letters(string s) => string.Concat(s.Where(char.IsLetter));
    });

    [Fact]
    public void Split_Article_FindsItsSentences()
    {
        var sentences = SentenceSplitter.Split(EdgeMesh.Tests.Support.Articles.TidalMill);
        Assert.Equal(74, sentences.Count);
        Assert.All(sentences, s => Assert.EndsWith(".", s, StringComparison.Ordinal));
    }
}
