// Passkeys: offered where the browser can use them, and what went wrong is said beside the button.
"use strict";

// Browsers know no passkeys for numbers in the place of a name.
const canUse = Boolean(window.isSecureContext && window.PublicKeyCredential) && !/^[\d.]+$|:/.test(window.location.hostname);
for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = !canUse;
for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = canUse;
document.addEventListener("allauth.error", (event) => {
  const problem = document.getElementById("passkey-problem");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
});
