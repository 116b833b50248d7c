// A picture pressed opens large above the page. Without this script it is a link to the large picture.
(() => {
  let dialog;

  const make = (label) => {
    dialog = document.createElement("dialog");
    dialog.className = "enlarged";
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn btn-secondary";
    close.textContent = label;
    close.addEventListener("click", () => dialog.close());
    dialog.append(document.createElement("img"), close);
    // Outside of the picture: the dialog itself is pressed, or what is behind it.
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    document.body.append(dialog);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a.shot");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!dialog) make(link.dataset.close);
    const [small, large] = [link.querySelector("img"), dialog.querySelector("img")];
    large.src = link.href;
    large.alt = small.alt;
    dialog.setAttribute("aria-label", small.alt || link.textContent.trim());
    dialog.showModal();
  });
})();
