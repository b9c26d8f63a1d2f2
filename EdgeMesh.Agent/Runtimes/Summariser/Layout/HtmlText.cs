using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace EdgeMesh.Agent.Runtimes.Summariser.Layout;

/// <summary>
/// Pasted HTML, a page or a piece of one, as the text that a reader sees: headings, lists and tables in Markdown's marks, paragraphs apart, entities resolved; no scripts, styles, menus and
/// forms. A text that only speaks of tags stays as it is.
/// </summary>
internal static partial class HtmlText
{
    /// <summary>Parsing takes time; a longer text is no paste.</summary>
    private const int MaxChars = 4_000_000;

    /// <summary>How much of a text elements have to hold for it to be HTML.</summary>
    private const double LeastShare = 0.8;

    /// <summary>A parser's work grows with the square of the depth; no page that people read is as deep.</summary>
    private const int DeepestNesting = 1_000;

    private const int MostUnclosed = 100;

    private static readonly HashSet<string> Blocks = new(StringComparer.OrdinalIgnoreCase)
    {
        "html", "body", "div", "p", "section", "article", "main", "header", "footer", "aside", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr",
        "td", "th", "blockquote", "pre", "figure", "figcaption", "details", "summary", "center", "address", "hr", "br", "form", "fieldset", "nav", "head", "title", "script", "style",
    };

    private static readonly HashSet<string> Single = new(StringComparer.OrdinalIgnoreCase) { "br", "hr" };

    private static readonly HashSet<string> Unread = new(StringComparer.OrdinalIgnoreCase)
    {
        "head", "script", "style", "template", "noscript", "nav", "svg", "math", "iframe", "object", "canvas", "audio", "video", "button", "select", "textarea", "input", "datalist", "dialog", "menu",
    };

    /// <summary>The text of the elements; false when it is no HTML.</summary>
    public static bool TryRead(string text, out string read)
    {
        read = "";
        if (text.Length > MaxChars || !IsHtml(text))
        {
            return false;
        }

        using var page = new HtmlParser().ParseDocument(text);
        read = page.Body is { } body ? Of(body) : "";
        return read.Any(char.IsLetterOrDigit);
    }

    // A page says so; of a piece nearly everything stands inside of elements that are closed.
    private static bool IsHtml(string text)
    {
        if (!text.Contains("</", StringComparison.Ordinal) || HtmlTags.HasEndless(text))
        {
            return false;
        }

        var (held, begin, closed, depth) = (0, 0, 0, 0);
        Stack<string> open = [];
        foreach (var tag in HtmlTags.Read(text))
        {
            depth += HtmlTags.Deepens(tag.Name) ? tag.Closes ? -1 : 1 : 0;
            if (depth > DeepestNesting)
            {
                return false;
            }

            if (!Blocks.Contains(tag.Name) || Single.Contains(tag.Name))
            {
                continue;
            }

            if (!tag.Closes)
            {
                begin = open.Count == 0 ? tag.Start : begin;
                open.Push(tag.Name);
            }
            else if (open.Take(MostUnclosed).Contains(tag.Name, StringComparer.OrdinalIgnoreCase))
            {
                while (!open.Pop().Equals(tag.Name, StringComparison.OrdinalIgnoreCase))
                {
                }

                closed++;
                held += open.Count == 0 ? tag.End - begin : 0;
            }
        }

        return PageStart().IsMatch(text.AsSpan().TrimStart("\uFEFF \t\r\n")) || (closed > 0 && held >= LeastShare * text.Trim().Length);
    }

    // Without recursion, as pages may nest deeply, and by index, as the parser finds a sibling by looking through all of them.
    private static string Of(IElement body)
    {
        var text = new StringBuilder();
        var lists = new Stack<int?>();
        var path = new Stack<(INode Node, int Next)>();
        path.Push((body, 0));
        while (path.TryPop(out var at))
        {
            if (at.Next < at.Node.ChildNodes.Length)
            {
                path.Push((at.Node, at.Next + 1));
                var child = at.Node.ChildNodes[at.Next];
                if (child.NodeType == NodeType.Text)
                {
                    Write(text, child);
                }
                else if (child is IElement element && !Unread.Contains(element.LocalName) && !element.HasAttribute("hidden"))
                {
                    Open(text, element, lists);
                    path.Push((element, 0));
                }
            }
            else if (at.Node is IElement ended)
            {
                Close(text, ended, lists);
            }
        }

        return Blank().Replace(text.ToString(), "\n\n").Trim();
    }

    private static void Write(StringBuilder text, INode node)
    {
        if (InPre(node))
        {
            text.Append(node.NodeValue);
            return;
        }

        var words = Spaces().Replace(node.NodeValue, " ");
        words = text.Length == 0 || char.IsWhiteSpace(text[^1]) ? words.TrimStart(' ') : words;
        text.Append(words);
    }

    private static bool InPre(INode node)
    {
        var parent = node.ParentElement;
        for (var up = 0; parent is not null && up < 4; up++, parent = parent.ParentElement)
        {
            if (parent.LocalName == "pre")
            {
                return true;
            }
        }

        return false;
    }

    private static void Open(StringBuilder text, IElement element, Stack<int?> lists)
    {
        switch (element.LocalName)
        {
            case "br":
                text.Append('\n');
                break;
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                text.Append("\n\n# ");
                break;
            case "ul" or "ol":
                lists.Push(element.LocalName == "ol" ? 0 : null);
                text.Append(lists.Count == 1 ? "\n\n" : "\n");
                break;
            case "li":
                var number = lists.TryPop(out var last) ? last + 1 : null;
                lists.Push(number);
                text.Append(number is { } n ? $"\n{n}. " : "\n- ");
                break;
            case "tr":
                text.Append("\n| ");
                break;
            case "td" or "th":
                break;
            case "p" or "div" when element.ParentElement is { LocalName: "li" or "td" or "th" }:
                text.Append(element.Parent?.FirstChild == element ? "" : " ");
                break;
            default:
                text.Append(Blocks.Contains(element.LocalName) ? "\n\n" : "");
                break;
        }
    }

    private static void Close(StringBuilder text, IElement element, Stack<int?> lists)
    {
        switch (element.LocalName)
        {
            case "ul" or "ol":
                lists.TryPop(out _);
                text.Append(lists.Count == 0 ? "\n\n" : "");
                break;
            case "td" or "th":
                text.Append(" | ");
                break;
            case "tr":
                text.Append(IsHead(element) ? $"\n|{string.Concat(Enumerable.Repeat("---|", Math.Max(1, element.ChildElementCount)))}" : "");
                break;
            case "br" or "li":
                break;
            case "p" or "div" when element.ParentElement is { LocalName: "li" or "td" or "th" }:
                text.Append(' ');
                break;
            default:
                text.Append(Blocks.Contains(element.LocalName) ? "\n\n" : "");
                break;
        }
    }

    private static bool IsHead(IElement row) => row.Children.Length > 0 && row.Children.All(c => c.LocalName == "th") && row.ParentElement?.FirstElementChild == row;

    [GeneratedRegex(@"^(?:<\?xml[^<>]{0,200}>\s*)?(?:<!--|<!doctype html|<html\b|<head\b|<body\b)", RegexOptions.IgnoreCase)]
    private static partial Regex PageStart();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"[ \t]*\n(?:[ \t]*\n)+")]
    private static partial Regex Blank();
}
