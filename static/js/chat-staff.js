// A conversation in the back office: what the visitor writes meanwhile appears by itself while somebody looks.
(() => {
  const list = document.querySelector("[data-news]");
  if (!list) return;
  const look = async () => {
    if (document.hidden) return;
    const last = list.lastElementChild;
    const answer = await fetch(`${list.dataset.news}?after=${last?.dataset.number ?? 0}`).catch(() => null);
    if (answer?.status !== 200 || answer.redirected) return;
    const text = await answer.text();
    if (list.lastElementChild === last) list.insertAdjacentHTML("beforeend", text);
  };
  setInterval(look, 10000);
  document.addEventListener("visibilitychange", look);
})();
