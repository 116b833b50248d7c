"""The body of a contract: the agreement as it was accepted, and the evidence that it was."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from storefront.billing.documents.content import AcceptedAgreement, Content
from storefront.billing.documents.printing import words
from storefront.billing.documents.printing.languages import Speaker
from storefront.core.instants import instant


def body(content: Content, agreement: AcceptedAgreement, speaker: Speaker) -> dict[str, Any]:
    with translation.override(content.languages[0]):
        accepted_at = instant(agreement.accepted_at)
    evidence = (
        (words.AGREEMENT, agreement.title),
        (words.VERSION, agreement.version),
        (words.TEXT_HASH, agreement.text_hash),
        (words.ACCEPTED_AT, accepted_at),
        (words.ACCEPTED_BY, agreement.accepted_by),
        (words.FROM_ADDRESS, agreement.address),
        (words.ORDER, content.order_number),
    )
    return {
        "date": speaker.day(content.issued_on),
        "begin": speaker.both(words.CONTRACT_SAYS),
        "heading": agreement.title,
        "blocks": [{"kind": kind, "text": text} for kind, text in agreement.blocks],
        "evidence_title": speaker.both(words.EVIDENCE),
        "evidence": [{"label": speaker.both(label), "value": value} for label, value in evidence if value],
    }
