// The frame of the pages works without this. It adds: menus close on Escape, on a click elsewhere and when another opens;
// the arrow keys walk through menus and through what the search box suggests; notices can be closed.
(() => {
  const open = () => document.querySelectorAll("details.menu[open]");
  const suggestions = () => [...document.querySelectorAll(".search-found")].filter((box) => box.childElementCount);

  document.addEventListener("click", (event) => {
    open().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
    suggestions().forEach((box) => { if (!box.parentElement.contains(event.target)) box.replaceChildren(); });
  });

  document.addEventListener("toggle", (event) => {
    if (!event.target.matches?.("details.menu[open]")) return;
    open().forEach((menu) => { if (menu !== event.target && !menu.contains(event.target)) menu.open = false; });
  }, true);

  const walk = (event) => {
    const form = event.target.closest(".site-search");
    const menu = event.target.closest("details.menu[open]");
    const first = form?.querySelector("input[type=search]") ?? menu?.querySelector("summary");
    if (!first) return;
    const stops = [first, ...(form?.querySelectorAll(".search-found a") ?? menu.querySelectorAll(".menu-sheet :is(a, button)"))];
    const at = stops.indexOf(event.target);
    if (at < 0 || stops.length < 2) return;
    event.preventDefault();
    stops.at((at + (event.key === "ArrowDown" ? 1 : -1)) % stops.length).focus();
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") walk(event);
    if (event.key !== "Escape") return;
    open().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    suggestions().forEach((box) => {
      if (box.contains(document.activeElement)) box.parentElement.querySelector("input").focus();
      box.replaceChildren();
    });
  });

  // Whoever tabs out of the search box leaves its suggestions behind.
  document.addEventListener("focusin", (event) => {
    suggestions().forEach((box) => { if (!box.parentElement.contains(event.target)) box.replaceChildren(); });
  });

  // The shop reads this cookie (cms/navigation/notices.py), so a closed notice is not even sent again.
  const COOKIE = "closed-notices", MOST = 20, YEAR = 365 * 24 * 3600;
  const closed = () => document.cookie.split("; ").find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1).split(".") ?? [];
  document.querySelectorAll("[data-close-notice]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const keys = [button.dataset.closeNotice, ...closed()].slice(0, MOST);
      const secure = location.protocol === "https:" ? "; secure" : "";
      document.cookie = `${COOKIE}=${keys.join(".")}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
      const all = button.closest(".site-notices");
      button.closest(".site-notice").remove();
      if (!all.querySelector(".site-notice")) all.remove();
      document.getElementById("main").focus();
    });
  });
})();
