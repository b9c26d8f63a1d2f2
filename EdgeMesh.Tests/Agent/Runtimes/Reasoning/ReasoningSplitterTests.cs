using EdgeMesh.Agent.Runtimes.Reasoning;

namespace EdgeMesh.Tests.Agent.Runtimes.Reasoning;

/// <summary>Reasoning apart from the answer, wherever the stream is cut.</summary>
public sealed class ReasoningSplitterTests
{
    /// <summary>What a model wrote, what of it is reasoning, and what the answer.</summary>
    public static TheoryData<string, string, string> Answers { get; } = new()
    {
        { "Hello.", "", "Hello." },
        { "  Hello.", "", "  Hello." },
        { "", "", "" },
        { "<think>hmm</think>Hello.", "hmm", "Hello." },
        { "\n<think>\nhmm\n</think>\n\nHello.\n", "hmm\n", "Hello.\n" },
        { "<think></think>\n\nHello.", "", "Hello." },
        { "<think>\n\n</think>\n\nHello.", "", "Hello." },
        { "<think>one</think>\n<think>two</think>Hello.", "one\n\ntwo", "Hello." },
        { "<thinking>hmm</thinking>Hello.", "hmm", "Hello." },
        { "<thought>hmm</thought>Hello.", "hmm", "Hello." },
        { "<reasoning>hmm</reasoning>Hello.", "hmm", "Hello." },
        { "[THINK]hmm[/THINK]Hello.", "hmm", "Hello." },
        { "<seed:think>hmm</seed:think>Hello.", "hmm", "Hello." },
        { "◁think▷hmm◁/think▷Hello.", "hmm", "Hello." },
        { "<|START_THINKING|>hmm<|END_THINKING|>Hello.", "hmm", "Hello." },
        { "<|channel>thought\nhmm<channel|>Hello.", "hmm", "Hello." },

        // No opening tag: the prompt had it.
        { "hmm</think>Hello.", "hmm", "Hello." },
        { "Okay, the user asks. 2 < 3 </ 4\n</think>\n\nHello.", "Okay, the user asks. 2 < 3 </ 4\n", "Hello." },
        { "hmm[/THINK]Hello.", "hmm", "Hello." },
        { "</think>\n\nHello.", "", "Hello." },

        // Cut off while thinking.
        { "<think>hmm", "hmm", "" },
        { "<think>hmm</thi", "hmm</thi", "" },
        { "<thi", "", "<thi" },

        // A tag that is spoken of.
        { "Write <think>a</think> around it.", "", "Write <think>a</think> around it." },
        { "It ends with `</think>`, always.", "", "It ends with `</think>`, always." },
        { "The end is \"</think>\".", "", "The end is \"</think>\"." },
        { "```xml\n<think>\nhmm\n</think>\n```", "", "```xml\n<think>\nhmm\n</think>\n```" },
        { "<think>hmm</think>Write </think> at the end.", "hmm", "Write </think> at the end." },
        { "<thinner>is HTML</thinner>", "", "<thinner>is HTML</thinner>" },
        { "a < b, <b>bold</b>", "", "a < b, <b>bold</b>" },

        // gpt-oss.
        { "<|channel|>analysis<|message|>hmm<|end|><|start|>assistant<|channel|>final<|message|>Hello.<|return|>", "hmm", "Hello." },
        { "<|start|>assistant<|channel|>analysis<|message|>hmm<|end|><|start|>assistant<|channel|>final<|message|>Hello.", "hmm", "Hello." },
        { "<|channel|>final<|message|>Hello.", "", "Hello." },
        { "<|start|>assistant<|message|>Hello.<|end|>", "", "Hello." },
        { "<|channel|>analysis<|message|>hmm", "hmm", "" },
        { "<|channel|>analysis<|message|>one<|end|><|start|>assistant<|channel|>analysis<|message|>two<|end|><|start|>assistant<|channel|>final<|message|>a < b <| c", "one\n\ntwo", "a < b <| c" },
        { "<|channel|>analysis<|message|>hmm<|end|><|start|>assistant<|channel|>commentary to=functions.f <|constrain|>json<|message|>{\"a\":1}<|call|>", "hmm", "" },
        { "<|channel|>commentary<|message|>I will look.<|end|>", "", "I will look." },
        { "analysisWe need to greet.assistantfinalHello.", "analysisWe need to greet.", "Hello." },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void Text_CutAnywhere_IsToldApart(string wrote, string thought, string answer)
    {
        for (var at = 0; at <= wrote.Length; at++)
        {
            Assert.Equal((thought, answer), Split([wrote[..at], wrote[at..]]));
        }

        for (var size = 1; size <= 7; size++)
        {
            Assert.Equal((thought, answer), Split(wrote.Chunk(size).Select(c => new string(c))));
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void Text_PromptOpenedTheTag_BeginsInside(string wrote, string thought, string answer)
    {
        if (ReasoningMarks.Tags.FirstOrDefault(t => wrote.StartsWith(t.Open, StringComparison.Ordinal) && wrote.Contains(t.Close, StringComparison.Ordinal)) is { } tag)
        {
            Assert.Equal((thought, answer), Split(wrote[tag.Open.Length..].Select(c => c.ToString()), ReasoningMarks.OpenedBy("<|assistant|>" + tag.Open + "\n")));
        }
    }

    [Fact]
    public void Text_Plain_IsNotHeldBack()
    {
        var written = new Written();
        var splitter = new ReasoningSplitter(written);
        splitter.Text("Hel");
        Assert.Equal("Hel", written.All);
        splitter.Text("lo <");
        Assert.Equal("Hello ", written.All);
        splitter.Text("b>");
        Assert.Equal("Hello <b>", written.All);
    }

    [Fact]
    public void Reasoning_OfTheEngine_LeavesTheTextAlone()
    {
        var written = new Written();
        var splitter = new ReasoningSplitter(written);
        splitter.Reasoning("hmm");
        splitter.Text("It ends </think> so.");
        splitter.End();
        Assert.Equal(("hmm", "It ends </think> so.", true), (written.Thought, written.All, splitter.HasAnswer));
    }

    [Theory]
    [InlineData(" and more.", "", " and more.")]
    [InlineData(" analysis of it.", "", " analysis of it.")] // a word in the middle of an answer
    [InlineData(" 2 < 3 and <thi", "", " 2 < 3 and <thi")]
    [InlineData("", "", "")]
    public void Text_AnswerHasBegunElsewhere_IsAllAnswer(string wrote, string thought, string answer)
    {
        for (var size = 1; size <= 7; size++)
        {
            Assert.Equal((thought, answer), Split(wrote.Chunk(size).Select(c => new string(c)), soFar: "Once upon a time"));
        }
    }

    [Theory]
    [InlineData("<think>The user wants a tale.</think>Once")] // it begins anew
    [InlineData(" there was</think>Once")] // what had begun was a thought
    public void Text_AnswerHasBegunElsewhereAndItThinks_Shows(string wrote)
    {
        for (var size = 1; size <= 7; size++)
        {
            var (thought, _) = Split(wrote.Chunk(size).Select(c => new string(c)), soFar: "Once upon a time");
            Assert.NotEmpty(thought);
        }
    }

    [Fact]
    public void Channels_ToolCall_IsNamedAndIsNoAnswer()
    {
        var splitter = new ReasoningSplitter(new Written());
        splitter.Text("<|start|>assistant to=functions.weather<|channel|>commentary<|message|>{}<|call|>");
        splitter.End();
        Assert.Equal(("functions.weather", false), (splitter.Tool, splitter.HasAnswer));
    }

    [Theory]
    [InlineData("<|im_start|>assistant\n<think>\n", "<think>")]
    [InlineData("<|im_start|>assistant\n<think>\n\n</think>\n\n", null)]
    [InlineData("<|im_start|>assistant\n", null)]
    public void OpenedBy_EndOfThePrompt_SaysWhetherTheAnswerBeginsInside(string prompt, string? open) => Assert.Equal(open, ReasoningMarks.OpenedBy(prompt)?.Open);

    private static (string Thought, string Answer) Split(IEnumerable<string> pieces, ReasoningTag? opened = null, string soFar = "")
    {
        var written = new Written();
        var splitter = new ReasoningSplitter(written, opened, soFar);
        foreach (var piece in pieces)
        {
            splitter.Text(piece);
        }

        splitter.End();
        Assert.Equal((written.Thought.Length, written.All.Length), (splitter.ReasoningChars, splitter.AnswerChars));
        return (written.Thought, written.All);
    }
}
