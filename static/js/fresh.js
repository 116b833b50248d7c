// A page whose content ages: when the browser shows it from its own memory ("Back"), it is loaded anew.
// A cart's address says after the first press of 'Buy' that it is to be looked whether cookies are kept: once only.
"use strict";

if (window.location.search === "?again=1") window.history.replaceState(null, "", window.location.pathname);

window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
