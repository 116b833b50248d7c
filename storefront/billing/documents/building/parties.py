"""Seller and payer as printed: from the snapshots of the invoice, never from what is stored now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.billing.documents.content import Party
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.payer_details import PayerDetails, PayerKind
from storefront.billing.payer_fields import printed_bank, printed_numbers


def seller(snapshot: Mapping[str, Any], settings: DocumentSettings) -> Party:
    """The seller that an invoice names, with the bank and the director of the document settings. Its numbers are named
    as its country does."""
    known = PayerDetails.from_json(snapshot)
    own_country = settings.seller.country if settings.seller_id else ""
    details = PayerDetails.from_json(
        {**snapshot, "kind": PayerKind.COMPANY.value, "company": known.name, "country": known.country or own_country}
    )
    is_iban = settings.bank_account[:2].isalpha()
    return Party(
        name=known.name,
        address=_lines(known.address),
        postcode=known.postcode,
        city=known.city,
        country=details.country,
        vat_id=known.vat_id,
        numbers=printed_numbers(details),
        registration_number=known.registration_number,
        tax_number=known.tax_number,
        bank=_lines(str(snapshot.get("bank_details") or "")),
        iban=settings.bank_account.replace(" ", "") if is_iban else "",
        bic=settings.bank_code if is_iban else "",
        director=settings.director,
        email=known.email,
        phone=known.phone,
    )


def payer(details: PayerDetails) -> Party:
    return Party(
        name=details.title,
        address=_lines(details.address),
        postcode=details.postcode,
        city=details.city,
        country=details.country,
        vat_id=details.vat_id,
        numbers=printed_numbers(details),
        registration_number=details.registration_number,
        tax_number=details.tax_number,
        bank=printed_bank(details),
        director=details.director,
        contact=details.name if details.company else "",
        email=details.documents_email or details.email,
        phone=details.phone,
    )


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
