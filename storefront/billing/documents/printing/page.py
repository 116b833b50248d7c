"""Content as the words and figures of a page: what the templates lay out, JSON of texts.

Where a text may stand in two languages it is a list of one or two strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.billing.documents.content import Content, DocumentKind
from storefront.billing.documents.models import DocumentSettings, DocumentStyle
from storefront.billing.documents.printing import agreements, parties, sales, statements, words
from storefront.billing.documents.printing.languages import Speaker

#: The names of pictures in a page -> their bytes.
Pictures = Mapping[str, bytes]
#: Kinds that are signed by both parties.
SIGNED_BY_BOTH = frozenset({DocumentKind.ACT, DocumentKind.RECONCILIATION})
#: Kinds that the seller signs in the style of Kazakhstan and Russia.
SIGNED_BY_SELLER = frozenset(
    {DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.DEBIT_NOTE}
)


def is_signed(kind: DocumentKind, style: str) -> bool:
    """Whether the document has a place for a signature and the seal."""
    return kind in SIGNED_BY_BOTH or (style == DocumentStyle.CIS and kind in SIGNED_BY_SELLER)


def of(content: Content, settings: DocumentSettings, pictures: Pictures | None = None) -> dict[str, Any]:
    """``pictures``: ``logo``, ``seal`` and ``signature`` as PNG, those that are to be printed."""
    speaker = Speaker(content.languages, content.currency)
    kind, style = content.kind, settings.style
    titles = speaker.both(words.title(kind, style))
    return {
        "language": content.languages[0],
        "style": style,
        "kind": str(kind),
        "title": titles,
        "number": speaker.both(words.NUMBER, number=content.number),
        "name": f"{titles[0]} {content.number}",
        "footer": f"{content.seller.name} · {titles[0]} {content.number}",
        "seller": parties.block(content.seller, words.SELLER, speaker),
        "payer": parties.block(content.payer, words.PAYER, speaker),
        "bank": parties.bank(content, settings, speaker),
        "signatures": parties.signatures(content, settings, speaker) if is_signed(kind, style) else [],
        "pictures": {name: list(picture) for name, picture in (pictures or {}).items()},
        "body": _body(content, settings, speaker),
    }


def _body(content: Content, settings: DocumentSettings, speaker: Speaker) -> dict[str, Any]:
    if content.statement:
        return statements.body(content, content.statement, speaker)
    if content.agreement:
        return agreements.body(content, content.agreement, speaker)
    return sales.body(content, settings, speaker)
