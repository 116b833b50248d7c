// A ticket in the back office: what the customer writes meanwhile appears by itself while somebody looks, and colleagues
// who write at the same time see each other.
(() => {
  const list = document.querySelector("[data-news]");
  if (!list) return;
  const look = async () => {
    if (document.hidden) return;
    const messages = list.querySelectorAll("[data-number]");
    const last = messages[messages.length - 1];
    const answer = await fetch(`${list.dataset.news}?after=${last?.dataset.number ?? 0}`).catch(() => null);
    if (answer?.status !== 200 || answer.redirected) return;
    const text = await answer.text();
    const now = list.querySelectorAll("[data-number]");
    if (now[now.length - 1] === last) list.insertAdjacentHTML("beforeend", text);
  };
  const form = document.querySelector("[data-presence]");
  const tell = async () => {
    if (!form || document.hidden) return;
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.set("writing", form.elements.text.value.trim() ? "1" : "0");
    const answer = await fetch(form.dataset.presence, { method: "POST", body }).catch(() => null);
    const place = form.querySelector(".talk-others");
    const text = answer?.status === 200 && !answer.redirected ? await answer.text() : "";
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
  };
  setInterval(look, 10000);
  setInterval(tell, 10000);
  document.addEventListener("visibilitychange", look);
  tell();
})();
