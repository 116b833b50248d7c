// A page whose content ages: when the browser shows it from its own memory ("Back"), it is loaded anew.
"use strict";

window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
