// Tells the portal that the installation is done; it then opens the app. Everything else was done by the server.
"use strict";

const stuck = document.getElementById("install-stuck");
const timer = setTimeout(() => { stuck.hidden = false; }, 10000);

if (window.BX24) {
  window.BX24.init(() => {
    clearTimeout(timer);
    window.BX24.installFinish();
  });
} else {
  clearTimeout(timer);
  stuck.hidden = false;
}
