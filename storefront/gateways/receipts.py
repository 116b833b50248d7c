"""What a provider's message is answered with, beside status 200."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Receipt:
    """``text``: the body, "" where status 200 says it all; ``headers`` beside Content-Type."""

    text: str = ""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
