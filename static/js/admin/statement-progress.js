/* The progress of a file that is being read: asked for again until it is over, then the page shows its checks. */
(() => {
  const box = document.getElementById("bo-progress");
  const WAIT = 1500;

  async function ask() {
    try {
      const answer = await fetch(box.dataset.url, { credentials: "same-origin" });
      if (answer.redirected) return; // to the log-in: who reads on must load the page
      if (!answer.ok) throw new Error(answer.status);
      box.innerHTML = await answer.text();
      if (answer.headers.get("X-Over") === "1") window.location.reload();
      else setTimeout(ask, WAIT);
    } catch {
      setTimeout(ask, 4 * WAIT);
    }
  }

  if (box && box.dataset.url) setTimeout(ask, WAIT);
})();
