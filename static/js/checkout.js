// Checkout: what is typed is kept while it is typed, and the form is sent once.
"use strict";

const form = document.getElementById("checkout-form");
if (form) {
  const button = document.getElementById("checkout-button");
  form.addEventListener("submit", (event) => {
    // The server makes one order of any number of clicks; this spares the buyer the second answer.
    if (button.disabled) event.preventDefault();
    // A button with a value leads elsewhere and must be sent; the one that orders has none.
    if (!event.submitter?.value) button.disabled = true;
  });
  if (form.dataset.draft) {
    let timer = 0;
    let running = new AbortController();
    const stop = () => { clearTimeout(timer); timer = 0; running.abort(); };
    const keep = () => {
      stop();
      running = new AbortController();
      // It outlives the page; the form keeps the fields itself when it is sent.
      fetch(form.dataset.draft, { method: "POST", body: new FormData(form), keepalive: true, signal: running.signal }).catch(() => {});
    };
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 400); });
    form.addEventListener("change", keep);
    form.addEventListener("submit", stop);
    window.addEventListener("pagehide", () => { if (timer) keep(); });
  }
  // Back from the pay page by the browser's own memory of this one.
  window.addEventListener("pageshow", () => { button.disabled = false; });
}
