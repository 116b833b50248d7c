"""What a browser refuses under the content policy of a page, told to the test that opens it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, ConsoleMessage

_MARK = "refused by the content policy"
_LISTEN = f"""addEventListener("securitypolicyviolation", event => console.error("{_MARK}:", event.effectiveDirective,
  event.blockedURI, event.sample, "by", event.sourceFile, event.lineNumber))"""


def note_refusals(context: BrowserContext, note: Callable[[str], None]) -> None:
    """``note`` gets a sentence for each, on every page that ``context`` opens from now on; also what the browser's own
    console says of it, which tells of styles in documents that no page shows."""
    context.add_init_script(_LISTEN)

    def listen(message: ConsoleMessage) -> None:
        if _MARK in message.text or "Content Security Policy" in message.text:
            note(message.text)

    context.on("console", listen)
