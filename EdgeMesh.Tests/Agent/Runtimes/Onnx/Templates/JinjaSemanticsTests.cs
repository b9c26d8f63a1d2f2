namespace EdgeMesh.Tests.Agent.Runtimes.Onnx.Templates;

/// <summary>Small expressions by kind give what Jinja2 gives; tools/chat-templates/semantics.py writes the table.</summary>
public sealed class JinjaSemanticsTests
{
    public static TheoryData<string, string, string?> Rows()
    {
        var data = new TheoryData<string, string, string?>();
        foreach (var row in TemplateFixtures.Json("semantics.json").EnumerateArray())
        {
            data.Add(row.GetProperty("kind").GetString()!, row.GetProperty("source").GetString()!, row.GetProperty("text").GetString());
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Render_Expression_GivesWhatJinja2Gives(string kind, string source, string? golden)
    {
        var text = TemplateFixtures.RenderOrNull(source, TemplateFixtures.Input("many turns"));
        Assert.True(golden == text, $"{kind}: {source}\n  Jinja2 {golden ?? "fails"}\n  here   {text ?? "fails"}");
    }
}
