// The buy box: choosing a license type or a period changes the price at once, on the button too. Every figure was
// written into the page by the server; nothing is computed here. Without this script the form is complete and shows
// all prices.
(() => {
  const form = document.querySelector("[data-buybox]");
  if (!form) return;
  const types = [...form.querySelectorAll("input[name=plan]")];
  const sets = [...form.querySelectorAll("[data-plan]")];
  const shown = [...form.querySelectorAll("[data-show]")];
  const conditional = [...form.querySelectorAll("[data-show-if]")];
  const quantity = form.querySelector("input[name=quantity]");
  const folded = quantity.closest("details");
  const count = form.querySelector("[data-count]");

  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const show = (radio) => {
    const face = radio.closest("label");
    const plan = radio.closest("[data-plan]").dataset.name;
    const text = (name) => (name === "plan" ? plan : face.querySelector(`[data-${name}]`)?.textContent ?? "");
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

  const tally = () => {
    const number = quantity.validity.valid ? quantity.value : "";
    write(form.querySelector("[data-quantity]"), number || "?");
    write(count, `${number} × `);
    count.hidden = !number || number === "1";
    if (number !== "1") folded.open = true;
  };

  form.addEventListener("change", (event) => {
    if (event.target.name === "plan" || event.target.name === "term") remember(follow());
  });
  // 'Buy' in the comparison of license types chooses the type here.
  document.addEventListener("click", (event) => {
    const { choosePlan } = event.target.closest("a[href^='?'][data-choose-plan]")?.dataset ?? {};
    const type = types.find((radio) => radio.value === choosePlan);
    if (!type) return;
    event.preventDefault();
    type.checked = true;
    remember(follow());
    form.closest("section").scrollIntoView({ block: "start" });
    type.focus({ preventScroll: true });
  });
  quantity.addEventListener("input", tally);
  // A field that is folded away could not tell what is wrong with it.
  quantity.addEventListener("invalid", () => { folded.open = true; });
  // Browsers put back what was chosen before when the visitor comes back to the page.
  addEventListener("pageshow", () => { follow(); tally(); });
  form.classList.add("is-live");
  form.querySelector("[data-buy-price]").hidden = false;
  follow();
  tally();
})();
