/* When the session has ended while something is being edited: say so here instead of leaving the page or pouring the
   log-in page into it. The server answers scripts with 401 then. */
(() => {
  const { url, login, ended, away, logIn, close } = document.currentScript.dataset;
  const GONE = 401;
  let dialog = null;

  function say(text, offersLogIn) {
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "bo-session";
      dialog.setAttribute("aria-labelledby", "bo-session-text");
      dialog.innerHTML = '<p id="bo-session-text" role="alert"></p><p class="bo-act-buttons"><a class="button" target="_blank" rel="noopener"></a><button type="button" class="button button-secondary"></button></p>';
      dialog.querySelector("a").href = login;
      dialog.querySelector("a").textContent = logIn;
      dialog.querySelector("button").textContent = close;
      dialog.querySelector("button").addEventListener("click", () => dialog.close());
      document.body.append(dialog);
    }
    dialog.querySelector("p").textContent = text;
    dialog.querySelector("a").hidden = !offersLogIn;
    if (!dialog.open) dialog.showModal();
  }

  let hasEnded = false;
  const sayEnded = () => { hasEnded = true; say(ended, true); };

  const fetched = window.fetch;
  window.fetch = async (...request) => {
    const answer = await fetched(...request);
    if (answer.status === GONE && new URL(answer.url).origin === location.origin) sayEnded();
    return answer;
  };

  /* Wagtail's choosers ask by jQuery and would report a server error. */
  document.addEventListener("DOMContentLoaded", () => {
    if (!window.jQuery) return;
    window.jQuery.ajaxPrefilter((options, original, xhr) => {
      const fail = xhr.fail;
      xhr.fail = (...handlers) => fail.apply(xhr, handlers.flat().filter(Boolean).map((handler) => function handled(...args) {
        if (xhr.status === GONE) sayEnded(); else handler.apply(this, args);
      }));
    });
  });

  function renewToken(token) {
    for (const field of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) field.value = token;
    if (window.wagtailConfig) window.wagtailConfig.CSRF_TOKEN = token;
  }

  const asked = new WeakSet();

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target === "_blank" || !form.closest("#main")) return;
    if (asked.delete(form)) return;
    // A form that saves by itself is told there; while the session lasts it is sent at once, for between the question
    // and the sending it would overtake itself.
    if (!hasEnded && (form.dataset.controller || "").includes("w-autosave")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { submitter } = event;
    try {
      const answer = await fetched(url, { headers: { "X-Requested-With": "XMLHttpRequest" }, redirect: "error" });
      if (answer.status === GONE) { sayEnded(); return; }
      if (answer.ok) renewToken((await answer.json()).token);
      hasEnded = false;
    } catch {
      say(away, false);
      return;
    }
    asked.add(form);
    // Wagtail disables a button that was pressed; what it says ("publish") is sent only while it is not.
    const isDisabled = submitter?.disabled;
    if (isDisabled) submitter.disabled = false;
    form.requestSubmit(submitter);
    if (isDisabled) submitter.disabled = true;
    asked.delete(form);
  }, true);
})();
