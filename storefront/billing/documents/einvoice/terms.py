"""How values are written as terms of EN 16931."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

#: Terms by their number (BT-1, BG-4), as factur-x takes them.
Terms = dict[str, Any]
#: Characters that XML 1.0 cannot hold: https://www.w3.org/TR/xml/#charsets
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return NOT_XML.sub(" ", text).strip()


def figure(number: Decimal) -> str:
    """A number without needless zeros: 19, 7.5, 33.3333."""
    return f"{number.normalize():f}"
