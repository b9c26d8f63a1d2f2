using System.Net;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace EdgeMesh.Dashboard.Features.Jobs;

/// <summary>
/// What a model wrote, as HTML that is safe to show: no HTML of its own, no picture from anywhere, links only to the web and without
/// telling where they were opened.
/// </summary>
public static class AnswerMarkdown
{
    private static readonly string[] Schemes = ["http", "https", "mailto"];
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseAutoLinks().UseSoftlineBreakAsHardlineBreak().UseEmphasisExtras().Build();

    /// <summary>The answer as HTML; one that is nested deeper than any reader would follow is shown as it was written.</summary>
    public static string ToHtml(string text)
    {
        try
        {
            return Rendered(text);
        }
        catch (ArgumentException)
        {
            // Markdig's own limit, for which it has no exception of its own.
            return $"<p>{WebUtility.HtmlEncode(text).ReplaceLineEndings("<br>")}</p>";
        }
    }

    private static string Rendered(string text)
    {
        var document = Markdown.Parse(text, Pipeline);
        foreach (var link in document.Descendants<LinkInline>().ToList())
        {
            Tame(link);
        }

        foreach (var link in document.Descendants<AutolinkInline>().ToList())
        {
            if (link.IsEmail || IsWeb(link.Url))
            {
                Outward(link.GetAttributes());
            }
            else
            {
                link.ReplaceBy(new LiteralInline(link.Url));
            }
        }

        // A wide table scrolls, so the keyboard has to come to it.
        foreach (var table in document.Descendants<Table>())
        {
            table.GetAttributes().AddProperty("tabindex", "0");
        }

        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<CodeBlockRenderer>(new CopyableCode());
        renderer.Render(document);
        return writer.ToString();
    }

    private static void Tame(LinkInline link)
    {
        // A picture would be fetched from its host the moment it is shown; a link waits until it is wanted.
        link.IsImage = false;
        if (!IsWeb(link.Url))
        {
            link.Url = null;
            link.ReplaceBy(new ContainerInline(), copyChildren: true);
            return;
        }

        if (link.FirstChild is null)
        {
            link.AppendChild(new LiteralInline(link.Url!));
        }

        Outward(link.GetAttributes());
    }

    private static bool IsWeb(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && Schemes.Contains(uri.Scheme) && !url.StartsWith('/');

    private static void Outward(HtmlAttributes attributes)
    {
        attributes.AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
        attributes.AddPropertyIfNotExist("target", "_blank");
        attributes.AddClass("lnk");
    }

    /// <summary>A code block under a bar with its language and a copy button.</summary>
    private sealed class CopyableCode : HtmlObjectRenderer<CodeBlock>
    {
        protected override void Write(HtmlRenderer renderer, CodeBlock block)
        {
            var language = (block as FencedCodeBlock)?.Info is { Length: > 0 and <= 40 } info ? info : "code";
            renderer.Write("<div class=\"em-code\"><div class=\"bar\"><span>").WriteEscape(language)
                .Write("</span><button type=\"button\" class=\"btn s ghost\" data-copy-code>Copy</button></div><pre tabindex=\"0\"><code>");
            renderer.WriteLeafRawLines(block, true, true);
            renderer.Write("</code></pre></div>");
        }
    }
}
