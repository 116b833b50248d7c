"""Seller and payer on the page: their blocks, the bank, and who signs."""

from __future__ import annotations

from typing import Any

from django.utils.functional import Promise

from storefront.billing.documents.content import Content, DocumentKind, Party
from storefront.billing.documents.models import DocumentSettings, DocumentStyle
from storefront.billing.documents.printing import words
from storefront.billing.documents.printing.languages import Speaker
from storefront.billing.payer_fields import country_name, vat_name

#: Documents that ask for money.
_DEMANDS = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)


def block(party: Party, role: str | Promise, speaker: Speaker) -> dict[str, Any]:
    """A party with its role, name and lines."""
    town = " ".join(part for part in (party.postcode, party.city) if part)
    country = speaker.each(lambda: country_name(party.country))[0] if party.country else ""
    numbers = [(name, number) for name, number in party.numbers]
    if party.vat_id:
        numbers.insert(0, (speaker.each(lambda: vat_name(party.country))[0], party.vat_id))
    return {
        "role": speaker.both(role),
        "name": party.name,
        "address": [line for line in (*party.address, town, country) if line],
        "numbers": [f"{name}: {number}" for name, number in numbers],
        "contact": [text for text in (party.contact, party.phone, party.email) if text],
        "one_line": ", ".join(
            [party.name, *(f"{name} {number}" for name, number in numbers), *party.address, *([town] if town else [])]
        ),
    }


def bank(content: Content, settings: DocumentSettings, speaker: Speaker) -> dict[str, Any] | None:
    """Where to pay an invoice; None where nothing is asked for or no account is known."""
    if content.kind not in _DEMANDS or not content.due:
        return None
    account = {
        "recipient": content.seller.name,
        "numbers": [f"{name} {number}" for name, number in content.seller.numbers],
        "rows": [
            {"label": speaker.both(label), "value": value}
            for label, value in (
                (words.BANK, settings.bank_name),
                (words.BANK_CODE, settings.bank_code),
                (words.ACCOUNT, settings.bank_account),
                (words.CORRESPONDENT, settings.correspondent_account),
                (words.BENEFICIARY_CODE, settings.beneficiary_code),
                (words.PAYMENT_CODE, settings.payment_code),
            )
            if value
        ],
        "lines": [] if settings.bank_account else list(content.seller.bank),
        "title": speaker.both(words.PAY_TO),
        "recipient_label": speaker.both(words.RECIPIENT),
        "reference": speaker.both(words.NAME_NUMBER, number=content.number),
        "is_table": settings.style == DocumentStyle.CIS and bool(settings.bank_account),
    }
    return account if account["rows"] or account["lines"] else None


def signatures(content: Content, settings: DocumentSettings, speaker: Speaker) -> list[dict[str, Any]]:
    """One block for each party that signs; the seller's pictures stand on the first."""
    post = settings.director_post or words.DIRECTOR
    people = [{"post": speaker.both(post), "name": content.seller.director or settings.director}]
    if settings.style == DocumentStyle.CIS and content.kind not in (DocumentKind.ACT, DocumentKind.RECONCILIATION):
        people.append({"post": speaker.both(words.ACCOUNTANT), "name": settings.accountant})
    is_act = content.kind == DocumentKind.ACT
    seal = speaker.both(words.PLACE_OF_SEAL) if settings.style == DocumentStyle.CIS else [""]
    role = words.TRANSFERS if is_act else words.SELLER
    blocks = [{"role": speaker.both(role), "party": content.seller.name, "people": people, "seal": seal}]
    if content.kind in (DocumentKind.ACT, DocumentKind.RECONCILIATION):
        director = content.payer.director
        signer = {"post": speaker.both(words.DIRECTOR) if director else [""], "name": director}
        role = words.ACCEPTS if is_act else words.PAYER
        blocks.append({"role": speaker.both(role), "party": content.payer.name, "people": [signer], "seal": seal})
    return blocks
