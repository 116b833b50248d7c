// Keeps the portal's frame as high as the page in it, so that there is no second scroll bar.
"use strict";

if (window.BX24) {
  window.BX24.init(() => {
    new ResizeObserver(() => window.BX24.fitWindow()).observe(document.body);
  });
}
