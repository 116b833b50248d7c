// The staff dashboard: settings for Oscar's scripts, and what Oscar's markup lacks for keyboards, readers and phones.
var storefront = storefront || {};

storefront.dashboard = (() => {
  const words = document.body.dataset;
  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);

  // Menus in rows may leave the box that scrolls the table.
  if (window.jQuery && jQuery.fn.dropdown) jQuery.fn.dropdown.Constructor.Default.boundary = "viewport";

  // Browsers' own lists serve better than scripted ones, but for many choices at once and for those asked of the server.
  const own = window.oscar && oscar.dashboard && oscar.dashboard.initSelects;
  if (own) {
    oscar.dashboard.initSelects = (root) => {
      each("select:not([multiple], .select2)", (select) => select.classList.add("no-widget-init"), root);
      own(root);
      each(".select2-selection, .select2-search__field", nameOfSelect, root);
    };
  }

  function options(language) {
    const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
    return {
      languageCode: language,
      tinyConfig: { license_key: "gpl", promotion: false, height: 240, skin: dark ? "oxide-dark" : "oxide", content_css: dark ? "dark" : "default" },
    };
  }

  function nameOfSelect(part) {
    const select = part.closest(".select2-container")?.previousElementSibling;
    const label = select?.labels?.[0];
    if (!label) return;
    part.removeAttribute("aria-labelledby");
    part.setAttribute("aria-label", label.firstChild.textContent.trim());
  }

  // A wide table scrolls in a box of its own; a box that scrolls can be reached by keyboard.
  function boxTables() {
    each(".page-content table.table", (table) => {
      if (table.closest(".table-box")) return;
      const box = document.createElement("div");
      box.className = "table-box";
      table.before(box);
      box.append(table);
      const heading = table.querySelector("caption") || table.closest("section, .tab-pane")?.querySelector("h2, h3");
      const caption = heading?.textContent.trim().split("\n")[0];
      const watch = () => {
        if (box.scrollWidth > box.clientWidth) {
          box.tabIndex = 0;
          box.setAttribute("role", "group");
          box.setAttribute("aria-label", caption || words.table);
        } else {
          ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
        }
      };
      new ResizeObserver(watch).observe(box);
    });
  }

  // Oscar repeats the same id in each row, and the ids of the quick search in the dialog.
  function ownIds() {
    each(".dropdown > [data-toggle='dropdown'][id]", (button, index) => {
      button.id = `${button.id}-${index}`;
      button.nextElementSibling?.setAttribute("aria-labelledby", button.id);
    });
    const dialog = document.getElementById("SearchModal");
    if (!dialog) return;
    each("[id]", (part) => {
      const id = part.id;
      if (id === "SearchModalTitle") return;
      part.id = `more_${id}`;
      each(`[for="${id}"]`, (label) => { label.htmlFor = part.id; }, dialog);
      each(`[data-target="#${id}"]`, (target) => { target.dataset.target = `#${part.id}`; }, dialog);
      each(`[aria-describedby="${id}"]`, (field) => field.setAttribute("aria-describedby", part.id), dialog);
    }, dialog);
  }

  function nameParts() {
    each("[role=tablist] > li", (item) => item.setAttribute("role", "presentation"));
    each("[role=tablist] [data-toggle=tab]", (tab) => tab.setAttribute("role", "tab"));
    each("select:not([aria-label])", (select) => {
      if (!select.labels.length && select.options.length) select.setAttribute("aria-label", select.options[0].text.replaceAll("-", "").trim());
    });
    each("input[type=checkbox]:not([aria-label])", (box) => {
      if (box.labels.length) return;
      const isAll = box.name === "select_all" || box.dataset.behaviours === "select-all";
      box.setAttribute("aria-label", isAll ? words.selectAll : words.selectRow);
    });
  }

  ownIds();
  boxTables();
  // After the page's own start-up code, which adds the box that ticks all rows.
  const mend = () => setTimeout(nameParts);
  return { options, mend };
})();
