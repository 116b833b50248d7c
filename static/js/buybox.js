// The buy box: choosing a license type or a period changes the price at once. Every figure was written into the page
// by the server; nothing is computed here. Without this script the form below is complete and shows all prices.
(() => {
  const form = document.querySelector("[data-buybox]");
  if (!form) return;
  const types = [...form.querySelectorAll("input[name=plan]")];
  const sets = [...form.querySelectorAll("[data-plan]")];
  const shown = [...form.querySelectorAll("[data-show]")];
  const conditional = [...form.querySelectorAll("[data-show-if]")];

  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const show = (radio) => {
    const face = radio.closest("label");
    const text = (name) => face.querySelector(`[data-${name}]`)?.textContent ?? "";
    shown.forEach((element) => write(element, text(element.dataset.show)));
    conditional.forEach((element) => { element.hidden = !text(element.dataset.showIf); });
  };

  const checkedTerm = () => form.querySelector("input[name=term]:checked");

  const remember = (radio) => {
    const query = new URLSearchParams(location.search);
    query.set("plan", radio.closest("[data-plan]").dataset.plan);
    query.set("months", radio.dataset.months);
    history.replaceState(history.state, "", `?${query}${location.hash}`);
  };

  // The type chosen decides which periods are shown; the period stays the same where the type is sold for it.
  const follow = () => {
    const type = form.querySelector("input[name=plan]:checked") ?? types[0];
    const before = checkedTerm();
    sets.forEach((set) => set.classList.toggle("is-selected", set.dataset.plan === type.value));
    const terms = [...sets.find((set) => set.dataset.plan === type.value).querySelectorAll("input[name=term]")];
    const term = terms.find((radio) => radio === before)
      ?? terms.find((radio) => radio.dataset.months === before?.dataset.months)
      ?? terms.at(-1);
    term.checked = true;
    show(term);
    return term;
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "plan" || event.target.name === "term") remember(follow());
  });
  // Browsers put back what was chosen before when the visitor comes back to the page.
  addEventListener("pageshow", follow);
  form.classList.add("is-live");
  follow();
})();
