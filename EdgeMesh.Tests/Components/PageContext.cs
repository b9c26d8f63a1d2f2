using Bunit;
using Microsoft.AspNetCore.Components;

namespace EdgeMesh.Tests.Components;

/// <summary>How a test acts on a page that may render at any moment.</summary>
public abstract class PageContext : BunitContext
{
    /// <summary>Finds and acts in one turn of the renderer: between two turns a render may give an element another handler, and an event for the old one is refused.</summary>
    protected static void Do(IRenderedComponent<IComponent> where, Action act) => where.InvokeAsync(act).GetAwaiter().GetResult();

    /// <summary>Presses the button with this text, once it is there.</summary>
    protected static void Press(IRenderedComponent<IComponent> where, string text)
    {
        where.WaitForState(() => Buttons(where, text).Any());
        Do(where, () => Buttons(where, text).First().Click());
    }

    /// <summary>The button with this text in a component.</summary>
    protected static AngleSharp.Dom.IElement Button(IRenderedComponent<IComponent> where, string text)
    {
        where.WaitForState(() => Buttons(where, text).Any());
        return Buttons(where, text).First();
    }

    private static IEnumerable<AngleSharp.Dom.IElement> Buttons(IRenderedComponent<IComponent> where, string text) =>
        where.FindAll("button").Where(b => b.TextContent.Trim() == text || b.GetAttribute("aria-label") == text);
}
