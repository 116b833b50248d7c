// The chat: a panel of our own over the page, or the seller's Bitrix24 chat where the page names it. Without this
// script the button is a link to a page that does the same.
(() => {
  const launcher = document.getElementById("chat-launcher");
  const panel = document.getElementById("chat-panel");
  const area = document.querySelector("[data-chat]");
  const DRAFT = "chat-draft";
  if (!area) return;

  const problem = document.getElementById("chat-problem");
  const said = document.getElementById("chat-said");
  const poll = () => document.getElementById("chat-poll");
  const text = () => area.querySelector("textarea");
  const narrow = () => matchMedia("(width < 40rem)").matches;

  // --- What was typed outlives a closed panel and the way to another page, in this tab only.
  const draft = {
    keep: (value) => { try { value ? sessionStorage.setItem(DRAFT, value) : sessionStorage.removeItem(DRAFT); } catch { /* storage is off */ } },
    read: () => { try { return sessionStorage.getItem(DRAFT) ?? ""; } catch { return ""; } },
  };

  const toEnd = () => {
    const log = document.getElementById("chat-log");
    if (log) log.scrollTop = log.scrollHeight;
  };

  const wake = () => { if (poll() && !document.hidden) htmx.trigger(poll(), "chat-wake"); };

  // --- The panel
  const loaded = () => {
    const field = text();
    if (field && !field.value) field.value = draft.read();
    toEnd();
    if (panel?.contains(document.activeElement) && !narrow()) field?.focus();
  };

  const show = () => {
    if (panel.open) return;
    area.replaceChildren(document.getElementById("chat-loading").content.cloneNode(true));
    problem.hidden = true;
    if (narrow()) panel.showModal(); else panel.show();
    launcher.setAttribute("aria-expanded", "true");
    panel.focus();
    launcher.querySelector(".chat-unread")?.remove();
    htmx.ajax("GET", launcher.dataset.panel, { target: area, swap: "innerHTML" });
  };

  const hide = () => {
    if (panel.open) panel.close();
  };

  if (launcher) {
    launcher.setAttribute("role", "button");
    launcher.setAttribute("aria-haspopup", "dialog");
    launcher.setAttribute("aria-controls", panel.id);
    launcher.setAttribute("aria-expanded", "false");
    launcher.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (panel.open) hide();
      else if (launcher.dataset.widget) openWidget();
      else show();
    });
    launcher.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); launcher.click(); }
    });
    panel.querySelector("[data-chat-close]").addEventListener("click", hide);
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); hide(); }
    });
    panel.addEventListener("close", () => {
      if (panel.open) return; // browsers tell of it some frames later: it may be open again
      area.replaceChildren(); // with it goes the element that looks for answers
      said.textContent = "";
      launcher.setAttribute("aria-expanded", "false");
      launcher.focus();
    });
  }

  // --- Inside the panel or the page
  area.addEventListener("input", (event) => { if (event.target === text()) draft.keep(event.target.value); });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target === text()) event.target.form.requestSubmit();
  });

  area.addEventListener("htmx:beforeRequest", (event) => {
    // Nobody looks at a hidden tab: what is not shown is not read, and comes by mail.
    if (event.detail.elt === poll()) { if (document.hidden) event.preventDefault(); }
    else problem.hidden = true;
  });
  area.addEventListener("htmx:beforeSwap", (event) => { if (panel && !panel.open) event.detail.shouldSwap = false; });

  const failed = (event) => {
    if (event.detail.elt.id !== "chat-poll") problem.hidden = false;
    else if (event.detail.xhr.status !== 404) setTimeout(wake, 30000);
  };
  area.addEventListener("htmx:sendError", failed);
  area.addEventListener("htmx:responseError", failed);

  area.addEventListener("htmx:load", () => {
    const word = area.querySelector("[data-say]");
    if (word && said) said.textContent = word.dataset.say;
  });

  area.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.requestConfig?.verb === "post") {
      const wrong = area.querySelector("[aria-invalid=true], .error-summary");
      if (!wrong) { draft.keep(""); toEnd(); }
      (wrong ?? text())?.focus();
    } else if (event.target === area) loaded();
    else if (event.detail.xhr?.responseText.includes("chat-message")) toEnd();
  });

  document.addEventListener("visibilitychange", wake);
  if (!launcher) loaded();

  // --- The seller's Bitrix24 chat: nothing of it is asked for before the button is pressed.
  const openWidget = () => {
    const script = document.createElement("script");
    script.async = true;
    script.src = `${launcher.dataset.widget}?${Math.floor(Date.now() / 60000)}`;
    launcher.classList.add("is-loading");
    const answered = new AbortController();
    const giveUp = () => {
      answered.abort();
      delete launcher.dataset.widget;
      launcher.classList.remove("is-loading");
      show();
    };
    const late = setTimeout(giveUp, 15000);
    addEventListener("onBitrixLiveChat", (event) => {
      clearTimeout(late);
      const { widget } = event.detail;
      const visitor = document.getElementById("chat-visitor")?.dataset.visitor;
      if (visitor) widget.setUserRegisterData(JSON.parse(visitor));
      launcher.hidden = true; // the widget brings a button of its own
      widget.open();
    }, { once: true, signal: answered.signal });
    script.addEventListener("error", () => { clearTimeout(late); giveUp(); });
    document.head.append(script);
  };
})();
