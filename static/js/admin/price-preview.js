/* While a form is filled in, the server answers with what prices were and would be. Nothing is saved. */
(() => {
  const WAIT = 350;

  function start(panel) {
    const form = panel.closest("form");
    const answer = panel.querySelector("[data-price-preview-answer]");
    const failed = panel.querySelector("[data-price-preview-failed]");
    let timer = 0;
    let running = null;
    let asked = "";

    async function ask() {
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      const body = new URLSearchParams(data);
      if (String(body) === asked) return;
      asked = String(body);
      if (running) running.abort();
      running = new AbortController();
      panel.setAttribute("aria-busy", "true");
      try {
        const response = await fetch(panel.dataset.url, { method: "POST", body, signal: running.signal, headers: { "X-Requested-With": "fetch" } });
        if (!response.ok) throw new Error(String(response.status));
        answer.innerHTML = await response.text();
        failed.hidden = true;
      } catch (error) {
        if (error.name === "AbortError") return;
        asked = "";
        failed.hidden = false;
      }
      panel.removeAttribute("aria-busy");
    }

    const later = () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    // Rows that are added, moved or removed change hidden fields, which tell nobody.
    form.addEventListener("click", later);
    ask();
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-price-preview]").forEach(start);
  });
})();
