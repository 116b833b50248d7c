// Cart and checkout: what only makes sense without a script is hidden, and a form is sent once.
"use strict";

const hidePlainButtons = () => {
  for (const button of document.querySelectorAll("[data-without-script]")) button.hidden = true;
};
hidePlainButtons();
document.addEventListener("htmx:afterSwap", hidePlainButtons);

const form = document.getElementById("checkout-form");
if (form) {
  const button = document.getElementById("checkout-button");
  form.addEventListener("submit", (event) => {
    // The server makes one order of any number of clicks; this spares the buyer the second answer.
    if (button.disabled) event.preventDefault();
    button.disabled = true;
  });
  // Back from the pay page by the browser's own memory of this one.
  window.addEventListener("pageshow", () => { button.disabled = false; });
}
