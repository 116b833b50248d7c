// Tells the portal that the installation is done; it then opens the app. Everything else was done by the server.
"use strict";

const stuck = document.getElementById("install-stuck");
const waiting = document.getElementById("install-waiting");

function giveUp() {
  stuck.hidden = false;
  waiting.hidden = true;
}

const timer = setTimeout(giveUp, 10000);

if (window.BX24) {
  window.BX24.init(() => {
    clearTimeout(timer);
    window.BX24.installFinish();
  });
} else {
  clearTimeout(timer);
  giveUp();
}
