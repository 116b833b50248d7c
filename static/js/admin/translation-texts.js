/* The translation editor shows texts as HTML source: "Terms &amp; conditions". Characters that mean themselves are shown
   as they are; what is typed is read the same way, whether escaped or not. "<" stays escaped where it would begin a tag,
   "&" where it would begin an entity. The editor reads its texts when the page is there, so this script precedes it. */
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const editor = document.querySelector(".js-translation-editor");
  if (!editor) return;
  const props = JSON.parse(editor.dataset.props);
  const plain = text => text.replace(/&gt;/g, ">").replace(/&lt;(?![a-z/!?])/gi, "<").replace(/&amp;(?!\w+;|#)/g, "&");
  for (const segment of props.segments) if (segment.type === "string") segment.source = plain(segment.source);
  for (const translation of props.initialStringTranslations) translation.data = plain(translation.data);
  editor.dataset.props = JSON.stringify(props);
});
