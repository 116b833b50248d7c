// Checkout: the form is sent once.
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
  // Back from the pay page by the browser's own memory of this one.
  window.addEventListener("pageshow", () => { button.disabled = false; });
}
