/* What is pasted into a rich text comes from Word, Google Docs, LibreOffice or a web page. The editor (Draft.js) keeps
   headings of its own levels, lists made of <ul> and <ol>, bold, italic and links, and loses the rest: it runs the cells
   of a table together and turns other headings into text. So the HTML is rewritten before the editor sees it. */
"use strict";
(() => {
  const BLOCKS = "p, div, h1, h2, h3, h4, h5, h6, li, blockquote, pre";
  const HOLDERS = `${BLOCKS}, ul, ol, table, section, article`;
  const BETWEEN = "\u2063";  // an invisible separator, until the line is written
  const LEVELS = ["header-one", "header-two", "header-three", "header-four", "header-five", "header-six"];
  const rewritten = new WeakSet();

  document.addEventListener("paste", event => {
    const editor = event.target.closest?.(".Draftail-Editor");
    const html = event.clipboardData?.getData("text/html");
    // What was copied from such an editor is marked, and complete as it is.
    if (!editor || !html || rewritten.has(event) || html.includes("data-draftjs-conductor-fragment")) return;
    const data = new DataTransfer();
    data.setData("text/html", rewrite(html, headingsOf(editor)));
    data.setData("text/plain", event.clipboardData.getData("text/plain"));
    const again = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    rewritten.add(again);
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(again);
  }, true);

  /* The tags of the headings that this editor offers, the largest first. */
  function headingsOf(editor) {
    const input = editor.closest("[data-draftail-editor-wrapper]")?.parentElement.querySelector("[data-draftail-input]");
    const offered = (input?.draftailEditor?.props.blockTypes ?? []).map(each => each.type);
    return LEVELS.flatMap((type, index) => offered.includes(type) ? [`h${index + 1}`] : []);
  }

  function rewrite(html, headings) {
    const page = new DOMParser().parseFromString(html, "text/html"), all = selector => [...page.body.querySelectorAll(selector)];
    all("style, script, meta, link, title, br.Apple-interchange-newline").forEach(each => each.remove());
    all("*").filter(each => each.localName.includes(":")).forEach(unwrap);  // Word's <o:p>
    all("b, strong").filter(each => /normal|400/.test(each.style.fontWeight)).forEach(unwrap);  // around all of Google Docs
    all("p.MsoTitle").forEach(each => rename(each, "h1"));
    all("p").filter(isWordListItem).forEach(intoList);
    all("table").filter(each => !each.querySelector("table")).forEach(intoLines);
    all("table").forEach(intoLines);
    all("li").forEach(inOneLine);
    fitHeadings(all("h1, h2, h3, h4, h5, h6"), headings);
    all("p").filter(each => !each.textContent.trim()).forEach(each => each.remove());
    return page.body.innerHTML;
  }

  const unwrap = element => element.replaceWith(...element.childNodes);

  function rename(element, tag) {
    const made = element.ownerDocument.createElement(tag);
    made.append(...element.childNodes);
    element.replaceWith(made);
    return made;
  }

  /* Word says of a paragraph which list and level it belongs to, and writes its bullet or number as text. */
  const isWordListItem = each => /mso-list:\s*l\d/.test(each.getAttribute("style") ?? "");

  function intoList(paragraph) {
    const page = paragraph.ownerDocument, [, name, level] = /mso-list:\s*(l\d+)(?:\s+level(\d+))?/.exec(paragraph.getAttribute("style"));
    const mark = [...paragraph.querySelectorAll("span")].find(each => /mso-list:\s*ignore/i.test(each.getAttribute("style") ?? ""));
    const tag = /^\s*[0-9a-zа-я]{1,4}[.)]/i.test(mark?.textContent ?? "") ? "ol" : "ul";
    mark?.remove();
    let list = previous(paragraph);
    if (list?.dataset.word !== name) {
      list = page.createElement(tag);
      list.dataset.word = name;
      paragraph.before(list);
    }
    for (let depth = 1; depth < (level ?? 1) && list.lastElementChild; depth += 1) {
      let inner = list.lastElementChild.querySelector(":scope > ul, :scope > ol");
      if (!inner) list.lastElementChild.append(inner = page.createElement(tag));
      list = inner;
    }
    list.append(rename(paragraph, "li"));
  }

  /* The element before this one, if there is only white space between. */
  function previous(element) {
    let node = element.previousSibling;
    while (node && (node.nodeType === Node.COMMENT_NODE || (node.nodeType === Node.TEXT_NODE && !node.data.trim()))) node = node.previousSibling;
    return node?.nodeType === Node.ELEMENT_NODE ? node : null;
  }

  /* A line of text for each row, its cells in order; the frame of a page (one column) is taken away. */
  function intoLines(table) {
    const page = table.ownerDocument, lines = table.caption ? paragraphs(table.caption) : [];
    for (const row of table.rows) {
      const cells = [...row.cells];
      if (cells.length === 1) lines.push(...paragraphs(cells[0]));
      else if (row.textContent.trim()) {
        const line = page.createElement("p");
        cells.forEach((cell, index) => {
          withoutLists(cell);
          inOneLine(cell);
          line.append(...(index ? [" | "] : []), ...cell.childNodes);
        });
        putCommas(line);
        lines.push(line);
      }
    }
    table.replaceWith(...lines);
  }

  /* What a cell holds: its blocks, and paragraphs of the text between them. */
  function paragraphs(cell) {
    const found = [];
    let open = null;
    for (const node of [...cell.childNodes]) {
      const isBlock = node.nodeType === Node.ELEMENT_NODE && (node.matches(HOLDERS) || node.querySelector(HOLDERS));
      if (isBlock) open = null;
      else if (!open) found.push(open = cell.ownerDocument.createElement("p"));
      if (isBlock) found.push(node);
      else open.append(node);
    }
    found.filter(each => each.localName === "p").forEach(inOneLine);
    return found.filter(each => each.localName !== "p" || each.textContent.trim());
  }

  /* The items of lists in a cell, with commas between them. */
  function withoutLists(cell) {
    for (const item of cell.querySelectorAll("li")) {
      const isFirst = !previous(item) && !item.parentElement.closest("li");
      if (!isFirst && item.textContent.trim()) item.prepend(BETWEEN);
    }
    cell.querySelectorAll("ul, ol").forEach(unwrap);
  }

  function putCommas(line) {
    const texts = line.ownerDocument.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) texts.currentNode.data = texts.currentNode.data.replace(new RegExp(`\\s*${BETWEEN}\\s*`, "g"), ", ");
  }

  /* Without the paragraphs in a cell or an item of a list; inner lists of an item stay. */
  function inOneLine(holder) {
    const isItem = holder.matches("li");
    for (const block of [...holder.querySelectorAll(isItem ? `:scope > :is(${BLOCKS})` : BLOCKS)]) {
      if (block.previousSibling?.textContent.trim()) block.before(" ");
      unwrap(block);
    }
    holder.normalize();
    for (const text of holder.childNodes) if (text.nodeType === Node.TEXT_NODE) text.data = text.data.replace(/\s+/g, " ");
    if (holder.firstChild?.nodeType === Node.TEXT_NODE) holder.firstChild.data = holder.firstChild.data.trimStart();
    if (holder.lastChild?.nodeType === Node.TEXT_NODE) holder.lastChild.data = holder.lastChild.data.trimEnd();
  }

  /* The largest heading of what is pasted becomes the largest that this editor has; where it has none, they are bold. */
  function fitHeadings(found, headings) {
    const used = [...new Set(found.map(each => each.localName))].sort();
    for (const heading of found) {
      heading.querySelectorAll("b, strong").forEach(unwrap);
      heading.querySelectorAll("[style]").forEach(each => each.removeAttribute("style"));
      if (!heading.textContent.trim()) heading.remove();
      else if (headings.length) rename(heading, headings[Math.min(used.indexOf(heading.localName), headings.length - 1)]);
      else {
        const bold = heading.ownerDocument.createElement("strong");
        bold.append(...heading.childNodes);
        rename(heading, "p").append(bold);
      }
    }
  }
})();
