"""Seller and payer as printed: from the snapshots of the invoice, never from what is stored now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from storefront.billing.documents.content import Party
from storefront.billing.documents.models import DocumentSettings
from storefront.billing.payer_details import PayerDetails

#: What countries call their numbers of registration and tax.
REGISTRATION_NAMES = {"RU": "ОГРН", "BY": "ЕГР"}
TAX_NAMES = {"RU": "ИНН", "KZ": "БИН/ИИН", "BY": "УНП", "DE": "Steuernummer"}


def seller(snapshot: Mapping[str, Any], settings: DocumentSettings) -> Party:
    """The seller that an invoice names, with the bank and the director of the document settings."""
    country = str(snapshot.get("country") or getattr(settings.seller if settings.seller_id else None, "country", ""))
    bank = _lines(str(snapshot.get("bank_details") or ""))
    is_iban = settings.bank_account[:2].isalpha()
    return Party(
        name=str(snapshot.get("name") or ""),
        address=_lines(str(snapshot.get("address") or "")),
        postcode=str(snapshot.get("postcode") or ""),
        city=str(snapshot.get("city") or ""),
        country=country,
        vat_id=str(snapshot.get("vat_id") or ""),
        numbers=_numbers(
            country, str(snapshot.get("registration_number") or ""), str(snapshot.get("tax_number") or "")
        ),
        bank=bank,
        iban=settings.bank_account.replace(" ", "") if is_iban else "",
        bic=settings.bank_code if is_iban else "",
        director=settings.director,
        email=str(snapshot.get("email") or ""),
        phone=str(snapshot.get("phone") or ""),
    )


def payer(details: PayerDetails) -> Party:
    return Party(
        name=details.title,
        address=_lines(details.address),
        postcode=details.postcode,
        city=details.city,
        country=details.country,
        vat_id=details.vat_id,
        numbers=_numbers(details.country, details.registration_number, details.tax_number),
        bank=tuple(part for part in (details.bank_name, details.bank_code, details.bank_account) if part),
        director=details.director,
        contact=details.name if details.company else "",
        email=details.documents_email or details.email,
        phone=details.phone,
    )


def _numbers(country: str, registration: str, tax: str) -> tuple[tuple[str, str], ...]:
    named = (
        (REGISTRATION_NAMES.get(country) or _("Registration number"), registration),
        (TAX_NAMES.get(country) or _("Tax number"), tax),
    )
    return tuple((name, number) for name, number in named if number)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
