namespace EdgeMesh.Tests.Browser;

/// <summary>Finds what sticks out: of the window, or of the card, button or label that it belongs to, where nothing clips or scrolls it; text that is cut to nothing; and figures of an axis that stand in each other.</summary>
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
            // Cut text is fine where it says so by its dots; nothing may be cut to less than two letters.
            if (isText && clips(e) && box.width < 22 && e.textContent.trim().length > 4) faults.push(`${name(e)} is cut to ${Math.round(box.width)} px`);
            let outer = clips(e) && e.parentElement ? e.parentElement : e;
            for (; outer !== document.body && !(outer !== e && clips(outer)); outer = outer.parentElement) {
              if ((outer === e && !isText) || !outer.matches('.em-card, .em-note, .dlg, .btn, .chip, .em-tag')) continue;
              const edge = outer.getBoundingClientRect().right;
              if (box.right > edge + 1) { faults.push(`${name(e)} is ${Math.round(box.right - edge)} px outside ${name(outer)}`); break; }
            }
            if (outer === document.body && box.right > root.clientWidth + 1) faults.push(`${name(e)} is ${Math.round(box.right - root.clientWidth)} px outside the window`);
          }
          // Rows that are stacked for a narrow window are read from top to bottom: nobody looks for more of them at the side.
          for (const table of document.querySelectorAll('.em-table')) {
            const more = table.getBoundingClientRect().right - table.parentElement.getBoundingClientRect().right;
            if (getComputedStyle(table).display === 'block' && more > 1) faults.push(`${name(table)} is ${Math.round(more)} px wider than its card, though its rows are stacked`);
          }
          for (const axis of document.querySelectorAll('.em-axis, .em-gantt .ax')) {
            const marks = [...axis.querySelectorAll(':scope>span')].map(m => [m, m.getBoundingClientRect()]).filter(m => m[1].width).sort((a, b) => a[1].left - b[1].left);
            marks.forEach(([m, box], i) => { if (i && marks[i - 1][1].right > box.left) faults.push(`${name(m)} stands in ${name(marks[i - 1][0])} of its axis`); });
          }
          return faults.slice(0, 8);
        }
        """;
}
