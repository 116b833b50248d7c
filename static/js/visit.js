// Says that this product page is being looked at, once it really is: a page that the browser fetched ahead is not.
(() => {
  const seen = () => navigator.sendBeacon(document.querySelector("[data-seen]").dataset.seen);
  if (document.prerendering) document.addEventListener("prerenderingchange", seen, { once: true });
  else seen();
})();
