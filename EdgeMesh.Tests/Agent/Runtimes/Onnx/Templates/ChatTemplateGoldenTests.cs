using EdgeMesh.Agent.Runtimes.Onnx.Templates;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Templates;

/// <summary>What npm's @huggingface/jinja and Python's Jinja2 give is what the interpreter gives.</summary>
public sealed class ChatTemplateGoldenTests
{
    public static TheoryData<string, string, string?> Templates()
    {
        var data = new TheoryData<string, string, string?>();
        foreach (var file in TemplateFixtures.Json("golden.json").GetProperty("templates").EnumerateObject())
        {
            foreach (var input in file.Value.EnumerateObject())
            {
                data.Add(file.Name, input.Name, input.Value.GetString());
            }
        }

        return data;
    }

    public static TheoryData<string, string?> Expressions()
    {
        var data = new TheoryData<string, string?>();
        foreach (var expression in TemplateFixtures.Json("golden.json").GetProperty("expressions").EnumerateArray())
        {
            data.Add(expression.GetProperty("source").GetString()!, expression.GetProperty("text").GetString());
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Templates))]
    public void Render_TemplateOfAModelFamily_EqualsGolden(string file, string input, string? golden)
        => Assert.Equal(golden, TemplateFixtures.RenderOrNull(TemplateFixtures.Text(file), TemplateFixtures.Input(input)));

    [Theory]
    [MemberData(nameof(Expressions))]
    public void Render_Expression_EqualsGolden(string source, string? golden)
        => Assert.Equal(golden, TemplateFixtures.RenderOrNull(source, TemplateFixtures.Input("many turns")));

    [Fact]
    public void Render_TemplateThatRaises_SaysItsMessageAndLine()
    {
        var template = ChatTemplate.Parse("a\n{{ raise_exception('System role not supported') }}");
        var e = Assert.Throws<ChatTemplateException>(() => TemplateFixtures.Render(template, TemplateFixtures.Input("one question"), TemplateFixtures.Time));
        Assert.Equal((ChatTemplateFault.Raised, 2, "System role not supported"), (e.Fault, e.Line, e.Cause));
    }

    [Fact]
    public void Render_StrftimeNow_TakesTheGivenClock()
        => Assert.Equal("06 Jul 2024, 6 July, Saturday 15:04:05 03 PM", TemplateFixtures.Render("{{ strftime_now('%d %b %Y, %-d %B, %A %H:%M:%S %I %p') }}"));

    [Fact]
    public void Render_ListsOfTheTemplate_CanGrowAndShrink()
        => Assert.Equal("[1, 3] 2 None", TemplateFixtures.Render("{% set l = [1, 2] %}{% set x = l.pop() %}{% set n = l.append(3) %}{{ l }} {{ x }} {{ n }}"));

    [Fact]
    public void Render_AskedManyTimesAtOnce_GivesTheSame()
    {
        var template = ChatTemplate.Parse(TemplateFixtures.Text("qwen3.jinja"));
        var golden = TemplateFixtures.Render(template, TemplateFixtures.Input("thinking"), TemplateFixtures.Time);
        var texts = Enumerable.Range(0, 32).AsParallel().Select(_ => TemplateFixtures.Render(template, TemplateFixtures.Input("thinking"), TemplateFixtures.Time)).ToList();
        Assert.All(texts, text => Assert.Equal(golden, text));
    }
}
