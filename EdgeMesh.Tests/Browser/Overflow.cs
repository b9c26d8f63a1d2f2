namespace EdgeMesh.Tests.Browser;

/// <summary>Finds what sticks out: of the window, or of the card that it belongs to, where nothing clips or scrolls it; and text that is cut to nothing.</summary>
public static class Overflow
{
    /// <summary>Answers with a sentence for each fault, a few at most.</summary>
    public const string Script = """
        () => {
          const faults = [];
          const root = document.documentElement;
          const over = root.scrollWidth - root.clientWidth;
          if (over > 0) faults.push(`the page is ${over} px wider than the window`);
          const name = e => `${e.tagName.toLowerCase()}.${(e.getAttribute('class') ?? '').replaceAll(' ', '.')} “${e.textContent.trim().slice(0, 24)}”`;
          const clips = e => getComputedStyle(e).overflowX !== 'visible';
          for (const e of document.body.querySelectorAll('*')) {
            const isText = [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
            if (!isText && !e.matches('select, input, textarea, button, img, svg, table')) continue;
            if (e.closest('.sr, option, script, style, title, desc, [hidden]') || !e.checkVisibility({ visibilityProperty: true })) continue;
            // Of text it is the letters that count: they may run over the side of their own block.
            const letters = document.createRange();
            if (isText) letters.selectNodeContents(e);
            const box = isText && !clips(e) ? letters.getBoundingClientRect() : e.getBoundingClientRect();
            if (box.width === 0 || box.height === 0) continue;
            // Cut text is fine where it says so by its dots; nothing may be cut to less than two letters. The words in a block of a timeline have the room that the
            // run's own time leaves them, and stand elsewhere too.
            if (isText && clips(e) && box.width < 22 && e.textContent.trim().length > 4 && !e.matches('.jt-why, .pb')) faults.push(`${name(e)} is cut to ${Math.round(box.width)} px`);
            let outer = clips(e) && e.parentElement ? e.parentElement : e;
            for (; outer !== document.body && !(outer !== e && clips(outer)); outer = outer.parentElement) {
              if (outer === e || !outer.matches('.em-card, .em-note, .dlg, .btn, .chip')) continue;
              const edge = outer.getBoundingClientRect().right;
              if (box.right > edge + 1) { faults.push(`${name(e)} is ${Math.round(box.right - edge)} px outside ${name(outer)}`); break; }
            }
            if (outer === document.body && box.right > root.clientWidth + 1) faults.push(`${name(e)} is ${Math.round(box.right - root.clientWidth)} px outside the window`);
          }
          return faults.slice(0, 8);
        }
        """;
}
