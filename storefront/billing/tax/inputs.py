"""What the tax on a sale depends on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from storefront.billing.payer_details import PayerKind
from storefront.billing.tax.facts import Evidence, TaxName


class TaxRegime(models.TextChoices):
    """What the seller charges at all."""

    NONE = "none", _("No tax")
    VAT = "vat", _("VAT by the EU's rules")
    FIXED = "fixed", _("One rate at home (GST, sales tax), none on exports")
    EXEMPT = "exempt", _("Registered, but exempt")


class Unverified(models.TextChoices):
    """What happens with a VAT id of good form while VIES gives no answer."""

    ACCEPT = "accept", _("Reverse charge, checked again later")
    CHARGE = "charge", _("Tax is charged")


class VatOutcome(StrEnum):
    """What is known of a buyer's VAT id."""

    NOT_ASKED = ""
    VALID = "valid"
    INVALID = "invalid"
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellerTax:
    """The seller's settings. ``country``: ISO 3166-1. ``uses_oss``: registered for the EU's One Stop Shop, so that
    consumers elsewhere in the EU pay their country's rate from the first sale. ``exemption``: why the seller is exempt,
    as documents say it."""

    regime: str = TaxRegime.NONE.value
    country: str = ""
    uses_oss: bool = False
    prices_include_tax: bool = True
    unverified: str = Unverified.ACCEPT.value
    exemption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatAnswer:
    """What VIES said of a VAT id: with its consultation number, if we named ourselves, and the time (ISO 8601)."""

    outcome: VatOutcome = VatOutcome.NOT_ASKED
    consultation_number: str = ""
    checked_at: str = ""


_NOT_ASKED = VatAnswer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who buys. ``country``: ISO 3166-1, "" if nobody has asked; ``vat_id`` with its prefix, of valid form or ""."""

    country: str = ""
    postcode: str = ""
    kind: str = PayerKind.PERSON.value
    vat_id: str = ""
    vat_answer: VatAnswer = _NOT_ASKED
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class RateRow:
    """A standard rate in percent, from a day to another, both included; ``until`` None: for the time being. ``name``:
    what the tax is called (``TaxName``)."""

    rate: Decimal
    since: date
    until: date | None = None
    name: str = TaxName.VAT.value

    def is_in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)


class RateTable:
    """Standard rates by place and day: a country (ISO 3166-1), or a part of one (``TaxRegion``)."""

    def __init__(self, rows: Mapping[str, Iterable[RateRow]]) -> None:
        self._rows = {place: tuple(of_place) for place, of_place in rows.items()}

    def at(self, place: str, day: date) -> RateRow | None:
        """None if the table has no rate of that place and day."""
        return next((row for row in self._rows.get(place, ()) if row.is_in_force(day)), None)
