"""Content as the words and figures of a page."""

from __future__ import annotations

from typing import Any

from storefront.billing.documents.content import Content
from storefront.billing.documents.models import DocumentSettings


def of(content: Content, settings: DocumentSettings) -> dict[str, Any]:
    """What the templates lay out: JSON of texts."""
    return {"title": f"{content.kind.label} {content.number} {content.payer.name}", "language": content.languages[0]}
