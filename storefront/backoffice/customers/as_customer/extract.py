"""Takes the main part out of a page of the shop and makes it harmless: links lead to what staff may see or nowhere,
forms cannot be sent, nothing runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape, unescape

#: A page's template writes them; what people typed is escaped, so it cannot end one.
_MAIN = re.compile(r"<main\b([^>]*)>(.*)</main>", re.DOTALL)
_CLASS = re.compile(r'\sclass="([^"]*)"')
_STYLES = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_FORM, _FORM_END = re.compile(r"<form\b[^>]*>"), re.compile(r"</form>")
_TOKEN = re.compile(r'<input type="hidden" name="csrfmiddlewaretoken"[^>]*>')
_HREF = re.compile(r'(<a\b[^>]*?)\shref="([^"]*)"')
#: Other attributes that name an address which a press would ask for.
_ASKING = re.compile(r'\s(?:action|formaction|hx-[a-z]+|data-[a-z-]*(?:url|href|news))="[^"]*"')

Lead = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Extract:
    """``main``: HTML of our own templates, without scripts and forms that work; ``look``: its CSS class; ``title``:
    text."""

    title: str
    styles: list[str]
    look: str
    main: str


def extract(page: str, lead: Lead) -> Extract:
    """``lead`` maps the address of a link to the one that it gets, or to ""; such a link leads nowhere."""
    found = _MAIN.search(page)
    main = _TOKEN.sub("", _SCRIPT.sub("", found.group(2) if found else ""))
    main = _FORM_END.sub("</fieldset>", _FORM.sub(_disabled, main))
    main = _HREF.sub(lambda link: _led(link, lead), main)
    title = _TITLE.search(page)
    return Extract(
        title=unescape(" ".join(title.group(1).split())) if title else "",
        styles=list(dict.fromkeys(_STYLES.findall(page))),
        look=_class(found.group(1)) if found else "",
        main=_ASKING.sub("", main),
    )


def _disabled(form: re.Match[str]) -> str:
    """What stands in the place of a form, and looks like it."""
    return f'<fieldset class="{_class(form.group(0))} seen-form" disabled>'


def _class(attributes: str) -> str:
    found = _CLASS.search(attributes)
    return found.group(1) if found else ""


def _led(link: re.Match[str], lead: Lead) -> str:
    target = lead(unescape(link.group(2)))
    return f'{link.group(1)} href="{escape(target)}"' if target else f'{link.group(1)} aria-disabled="true"'
