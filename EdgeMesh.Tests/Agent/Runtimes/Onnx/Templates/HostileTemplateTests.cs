using EdgeMesh.Agent.Runtimes.Onnx.Templates;

namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Templates;

/// <summary>A template comes with a downloaded model: whatever it does ends in a named fault.</summary>
public sealed class HostileTemplateTests
{
    public static TheoryData<string> Bombs() => new(
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}",
        "{% for i in range(999999999999) %}{% endfor %}",
        "{% for i in range(-9223372036854775807, 9223372036854775807) %}{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% for c in range(9999) %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{{ 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' }}{% endfor %}{% endfor %}",
        "{{ 'x' * 999999999 }}",
        "{{ 'x' * 2000000000 * 2000000000 }}",
        "{{ [1] * 999999999 }}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(64) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(64) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(64) %}{% set ns.s = ns.s.replace('x', 'xxxx') %}{% endfor %}",
        "{% set ns = namespace(s='xx') %}{% for i in range(64) %}{% set ns.s = ns.s|replace('', 'xxxx') %}{% endfor %}",
        "{% set ns = namespace(l=[1, 2]) %}{% for i in range(64) %}{% set ns.l = ns.l + ns.l %}{% endfor %}",
        "{% set ns = namespace(l=[1, 2]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set ns = namespace(l=[1, 2]) %}{% for i in range(64) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}",
        "{% set l = [] %}{% set x = l.append(l) %}{{ l }}",
        "{% set l = [] %}{% set x = l.append(l) %}{{ l | tojson(indent=60) }}",
        "{% set l = [] %}{% set x = l.append(l) %}{% set m = [] %}{% set x = m.append(m) %}{{ l == m }}",
        "{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}",
        "{% set l = [1] %}{% for i in range(99999) %}{% set x = l.extend(l) %}{% endfor %}",
        "{% set s = 'a' * 1000000 %}{{ s.count('a' * 500000 ~ 'b') }}",
        "{% set s = 'a' * 1000000 %}{% for i in range(9999) %}{{ 'a' * 99999 ~ 'b' in s }}{% endfor %}",
        "{{ 'x'.ljust(999999999) }}",
        "{{ '%9999s' % 'x' * 99999 }}",
        "{% for i in range(99999) %}{{ range(99999) | sort | list }}{% endfor %}");

    public static TheoryData<string> Nests() => new(
        "{{ " + new string('(', 50_000) + new string(')', 50_000) + " }}",
        "{{ " + string.Concat(Enumerable.Repeat("{1:", 50_000)) + new string('}', 50_000) + " }}",
        "{{ " + new string('-', 50_000) + "1 }}",
        "{{ " + string.Concat(Enumerable.Repeat("not ", 50_000)) + "1 }}",
        string.Concat(Enumerable.Repeat("{% if 1 %}", 20_000)),
        string.Concat(Enumerable.Repeat("{% for a in b %}", 10_000)),
        "{{ " + string.Concat(Enumerable.Repeat("1 if 1 else ", 10_000)) + "1 }}",
        "{{ " + string.Concat(Enumerable.Repeat("f(", 50_000)) + new string(')', 50_000) + " }}",
        "{% set " + new string('(', 50_000) + "a" + new string(')', 50_000) + " = 1 %}");

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Render_Bomb_HitsALimit(string source)
    {
        var e = Assert.Throws<ChatTemplateException>(() => TemplateFixtures.Render(source));
        Assert.Equal(ChatTemplateFault.Limit, e.Fault);
    }

    [Theory]
    [MemberData(nameof(Nests))]
    public void Parse_DeepNesting_HitsALimit(string source)
    {
        var e = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal(ChatTemplateFault.Limit, e.Fault);
    }

    [Fact]
    public void Render_LongChainOfOperators_DoesNotEndTheProcess()
    {
        // Flat in the source, deep as a tree.
        var source = "{{ " + string.Join('+', Enumerable.Repeat("1", 100_000)) + " }}";
        var e = Record.Exception(() => TemplateFixtures.Render(source));
        Assert.True(e is null or ChatTemplateException { Fault: ChatTemplateFault.Limit }, e?.Message);
    }

    [Fact]
    public void Parse_HugeSource_IsRefused()
        => Assert.Equal(ChatTemplateFault.Limit, Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(new string('x', 300_000))).Fault);

    [Fact]
    public void Render_OverTime_HitsTheLimit()
    {
        var limits = new ChatTemplateLimits { MaxTime = TimeSpan.Zero };
        var template = ChatTemplate.Parse("{% for i in range(5000) %}{{ i }}{% endfor %}", limits);
        var e = Assert.Throws<ChatTemplateException>(() => TemplateFixtures.Render(template, TemplateFixtures.Input("one question"), TimeProvider.System));
        Assert.Contains("longer than", e.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Render_Cancelled_Stops()
    {
        var template = ChatTemplate.Parse("{% for i in range(5000) %}{{ i }}{% endfor %}");
        Assert.Throws<OperationCanceledException>(
            () => template.Render(TemplateFixtures.Input("one question"), TemplateFixtures.Time, new CancellationToken(true)));
    }

    [Theory]
    [InlineData("{{ 1 ", 1)]
    [InlineData("a\n\n{% if x %}b", 3)]
    [InlineData("{# never closed", 1)]
    [InlineData("{% raw %}never closed", 1)]
    [InlineData("\n{{ 'never closed }}", 2)]
    [InlineData("{% endif %}", 1)]
    [InlineData("{% include 'other' %}", 1)]
    [InlineData("{% break %}", 1)]
    [InlineData("{{ ) }}", 1)]
    [InlineData("{{ 1 ? 2 }}", 1)]
    [InlineData("{{ 99999999999999999999 }}", 1)]
    public void Parse_Garbled_NamesTheLine(string source, int line)
    {
        var e = Assert.Throws<ChatTemplateException>(() => ChatTemplate.Parse(source));
        Assert.Equal((ChatTemplateFault.Syntax, line), (e.Fault, e.Line));
    }
}
