using System.Text.Json.Serialization;
using Microsoft.Playwright;

namespace EdgeMesh.Tests.Browser;

/// <summary>One stop of the Tab key, and why it cannot be seen, or null.</summary>
public sealed record TabStop
{
    [JsonPropertyName("what")]
    public string What { get; init; } = "";

    [JsonPropertyName("fault")]
    public string? Fault { get; init; }

    /// <summary>The walk has come round.</summary>
    [JsonPropertyName("again")]
    public bool Again { get; init; }
}

/// <summary>Walks a page with the Tab key as a person does.</summary>
public static class TabStops
{
    private const int Most = 400;

    // A ring is an outline or a shadow of two pixels at least, on the element, its ::after, or a wrapper that has it for what is inside.
    private const string Look = """
        () => {
          const e = document.activeElement;
          if (!e || e === document.body) return null;
          // The heading gets the focus by the page when it comes late; the next Tab goes on from there.
          if (e.tabIndex < 0) return { what: 'the heading', again: false, fault: null };
          const again = e.dataset.stop === 'yes';
          e.dataset.stop = 'yes';
          const solid = c => !/rgba\(.*, 0\)|transparent/.test(c);
          const ring = (node, pseudo) => {
            const s = getComputedStyle(node, pseudo);
            return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2 && solid(s.outlineColor) && (!pseudo || s.content !== 'none');
          };
          const what = `${e.tagName.toLowerCase()}.${(e.getAttribute('class') ?? '').replaceAll(' ', '.')} “${(e.getAttribute('aria-label') ?? e.textContent ?? e.id).trim().slice(0, 30)}”`;
          const wrapper = ['INPUT', 'TEXTAREA', 'SELECT'].includes(e.tagName) ? [e.parentElement, e.parentElement?.parentElement] : [];
          const shown = [e, ...wrapper].find(n => n && (ring(n) || ring(n, '::after')));
          if (!shown) return { what, again, fault: 'no ring' };
          const box = shown.getBoundingClientRect();
          if (box.width < 2 || box.height < 2) return { what, again, fault: 'nothing to see' };
          if (box.right <= 0 || box.bottom <= 0 || box.left >= innerWidth || box.top >= innerHeight) return { what, again, fault: 'outside the window' };
          // An ancestor that clips must leave the ring, or at least two of its sides.
          const s = getComputedStyle(shown), out = Math.max(0, parseFloat(s.outlineOffset) + 1);
          let sides = 4;
          for (let a = shown.parentElement; a && a !== document.body; a = a.parentElement) {
            if (getComputedStyle(a).overflowX === 'visible') continue;
            const c = a.getBoundingClientRect();
            sides = Math.min(sides, [box.left - out >= c.left, box.right + out <= c.right, box.top - out >= c.top, box.bottom + out <= c.bottom].filter(Boolean).length);
          }
          return { what, again, fault: sides < 2 && !ring(shown, '::after') ? `its ring is cut on ${4 - sides} sides` : null };
        }
        """;

    /// <summary>Every stop of the page, in order, from the top to where it begins again.</summary>
    public static async Task<IReadOnlyList<TabStop>> WalkAsync(IPage page)
    {
        // From the top: FocusOnNavigate puts the focus on the heading, in the middle.
        await page.EvaluateAsync("() => { document.activeElement?.blur(); window.getSelection().removeAllRanges(); const top = document.createElement('a'); top.tabIndex = -1; document.body.prepend(top); top.focus(); top.remove(); }");
        List<TabStop> stops = [];
        while (stops.Count < Most)
        {
            await page.Keyboard.PressAsync("Tab");
            var stop = await page.EvaluateAsync<TabStop?>(Look);
            if (stop is null || stop.Again)
            {
                break;
            }

            stops.Add(stop);
        }

        return stops;
    }
}
