// What is typed on a form stays in this tab until it is sent or thrown away: leaving the page, Back, a reload and a restart of the dashboard lose
// nothing. The text boxes are kept from here, so that it works while the dashboard is away; the rest of the form is handed over by the page.
(function () {
  const prefix = "edgemesh-draft:";
  const maxChars = 2_000_000, maxDrafts = 8, restMs = 250;
  const key = () => prefix + location.pathname + location.search;
  let pending = null, timer = 0;

  const read = at => {
    try {
      return JSON.parse(sessionStorage.getItem(at)) ?? null;
    } catch {
      return null;
    }
  };
  const drafts = () => Object.keys(sessionStorage).filter(k => k.startsWith(prefix)).sort((a, b) => (read(a)?.at ?? 0) - (read(b)?.at ?? 0));

  const write = (at, draft) => {
    let text = JSON.stringify(draft);
    if (text.length > maxChars) {
      // The form without its text is better than nothing; the page says that such a text is not kept.
      text = JSON.stringify({ ...draft, fields: {} });
      if (text.length > maxChars) return;
    }
    const others = drafts().filter(k => k !== at);
    while (others.length >= maxDrafts) sessionStorage.removeItem(others.shift());
    for (;;) {
      try {
        sessionStorage.setItem(at, text);
        return;
      } catch {
        if (!others.length) return;
        sessionStorage.removeItem(others.shift());
      }
    }
  };

  const flush = () => {
    clearTimeout(timer);
    if (pending) write(pending.at, pending.draft);
    pending = null;
  };
  const change = edit => {
    const at = key();
    if (pending && pending.at !== at) flush();
    pending ??= { at, draft: read(at) ?? { form: null, fields: {} } };
    edit(pending.draft);
    pending.draft.at = Date.now();
    clearTimeout(timer);
    timer = setTimeout(flush, restMs);
  };

  document.addEventListener("input", e => {
    const field = e.target.dataset?.draft;
    if (field) change(draft => { draft.fields[field] = e.target.value; });
  }, true);
  addEventListener("pagehide", flush);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") flush(); });

  globalThis.edgemeshDrafts = {
    // The draft of this address as JSON, or null.
    read: () => {
      flush();
      return sessionStorage.getItem(key());
    },
    // The form without what the boxes hold; fields that the page itself changed come as JSON.
    keep: (form, fields) => change(draft => {
      draft.form = form;
      if (fields) Object.assign(draft.fields, JSON.parse(fields));
    }),
    clear: () => {
      clearTimeout(timer);
      pending = null;
      sessionStorage.removeItem(key());
    },
  };
})();
