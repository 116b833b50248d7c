"""A page in the light or the dark theme, as it is once all colours have changed."""

from __future__ import annotations

from typing import Any

FINISH = """() => {
  document.documentElement.offsetHeight;  // styles are worked out, transitions begin
  for (const animation of document.getAnimations()) try { animation.finish(); } catch { /* one without an end */ }
}"""


def show_in(page: Any, scheme: str) -> None:
    """Switch the theme (``light`` or ``dark``) and end the transitions: a colour halfway is none that anybody chose."""
    page.emulate_media(color_scheme=scheme)
    page.evaluate(FINISH)
