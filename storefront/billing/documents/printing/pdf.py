"""Typesetting with Typst: https://typst.app/docs/"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop as _

from storefront.billing.documents.errors import CannotIssue
from storefront.core.sentences import Sentence

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES, FONTS = ROOT / "templates", ROOT / "fonts"
#: For archives: fonts are embedded, and a letter that the font does not have is an error.
STANDARD = "a-3b"
#: A compiler that is used by two threads at once raises RuntimeError in one of them.
_one_at_a_time = threading.Lock()
_MISSING = re.compile(r"the text `\"(?P<text>.*)\"` could not be displayed", re.DOTALL)


def printed(page: Mapping[str, Any], *, on: date) -> bytes:
    """The PDF/A-3 of a page (``page.of``). The same page and day give the same bytes.

    Raises CannotIssue for a letter that the font does not have, RuntimeError for a fault of the templates.
    """
    return _compiled(page, on=on, format="pdf", pdf_standards=STANDARD)


def pictured(page: Mapping[str, Any], *, on: date, ppi: float = 96) -> list[bytes]:
    """Its sheets as PNG, to be looked at."""
    made: bytes | list[bytes] = _compiled(page, on=on, format="png", ppi=ppi)
    return made if isinstance(made, list) else [made]


def rasterised(svg: str) -> bytes:
    """A drawing as a PNG of 1,250 pixels' width. Raises RuntimeError for what cannot be drawn."""
    with _one_at_a_time:
        made: bytes = _compiler("picture.typ").compile(sys_inputs={"data": svg}, format="png", ppi=600, timestamp=0)
    return made


def _compiled(page: Mapping[str, Any], *, on: date, **options: Any) -> Any:
    import typst  # 80 MB that only the worker needs

    inputs = {"data": json.dumps(page, ensure_ascii=False)}
    timestamp = datetime(on.year, on.month, on.day, tzinfo=UTC)
    try:
        with _one_at_a_time:
            made, warnings = _compiler().compile_with_warnings(sys_inputs=inputs, timestamp=timestamp, **options)
    except typst.TypstError as exc:
        if found := _MISSING.search(exc.message):
            text = _("These letters cannot be printed: %(letters)s. Correct the name or address that has them.")
            raise CannotIssue(Sentence(text, {"letters": found["text"]})) from exc
        raise
    if warnings:
        raise RuntimeError(f"Typst: {warnings[0].message}")
    return made


@lru_cache(maxsize=2)
def _compiler(template: str = "document.typ") -> Any:
    """Reads the fonts once."""
    import typst  # see above

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(input=str(TEMPLATES / template), root=str(TEMPLATES), font_paths=fonts)
