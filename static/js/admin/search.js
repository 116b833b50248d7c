/* Suggestions beneath the search box above the menu. Enter leads to the page of the search, with or without them. */
(() => {
  const url = document.currentScript.dataset.suggestions;
  const WAIT = 200;
  let timer = 0;
  let asked = null;

  const panel = document.createElement("div");
  panel.className = "bo-suggestions";
  panel.id = "bo-suggestions";
  panel.hidden = true;

  const box = () => document.getElementById("menu-search-q");
  const links = () => [...panel.querySelectorAll("a")];

  function close() {
    clearTimeout(timer);
    if (asked) asked.abort();
    panel.hidden = true;
  }

  function open(html) {
    const at = box().getBoundingClientRect();
    panel.innerHTML = html;
    panel.style.insetBlockStart = `${at.bottom + 4}px`;
    panel.style.insetInlineStart = "8px";
    if (!panel.isConnected) document.getElementById("wagtail-sidebar").after(panel);
    panel.hidden = false;
  }

  async function ask(typed) {
    if (asked) asked.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(`${url}?q=${encodeURIComponent(typed)}`, { signal: asked.signal, redirect: "error" });
      if (answer.ok && box() && box().value.trim() === typed) open(await answer.text());
    } catch { /* too late, or away: Enter searches all the same */ }
  }

  document.addEventListener("input", (event) => {
    if (event.target !== box()) return;
    const typed = event.target.value.trim();
    clearTimeout(timer);
    if (typed.length < 3) { close(); return; }
    timer = setTimeout(ask, WAIT, typed);
  });

  document.addEventListener("keydown", (event) => {
    if (panel.hidden) return;
    if (event.key === "Escape") {
      close();
      box().focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const all = [box(), ...links()];
      const here = all.indexOf(document.activeElement);
      if (here < 0) return;
      event.preventDefault();
      all[(here + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length].focus();
    }
  });

  document.addEventListener("focusin", (event) => {
    if (event.target !== box() && !panel.contains(event.target)) close();
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target !== box() && !panel.contains(event.target)) close();
  });
})();
