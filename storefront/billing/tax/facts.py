"""What an invoice keeps of the decision about its tax (``Invoice.tax_facts``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaxName(models.TextChoices):
    """What the tax is called where the seller is registered."""

    VAT = "vat", _("VAT")
    GST = "gst", _("GST")
    SALES_TAX = "sales_tax", _("Sales tax")


class EvidenceKind(models.TextChoices):
    """What tells where a consumer is: Implementing Regulation (EU) 282/2011, Article 24f
    (https://eur-lex.europa.eu/eli/reg_impl/2011/282/2022-07-01). A phone's prefix is 'other relevant information'."""

    BILLING_ADDRESS = "billing_address", _("Billing address")
    IP_ADDRESS = "ip_address", _("IP address")
    CARD = "card", _("Country of the card or bank account")
    PHONE = "phone", _("Prefix of the phone number")
    VAT_ID = "vat_id", _("VAT ID")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One piece: what it is, the country it names (ISO 3166-1), who or what told us, and when (ISO 8601)."""

    kind: str
    country: str
    source: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxFacts:
    """Frozen with the invoice. ``country`` (ISO 3166-1) and ``postcode`` as the buyer gave them, ``buyer`` their kind
    (``PayerKind``). ``vat_outcome`` is what was known of ``vat_id`` then, by which consultation of VIES and when.
    ``is_provisional``: no tax for an id that VIES had not confirmed yet. ``prices_included``: percent of tax in the
    published prices, "" if they are without. ``tax_name`` (``TaxName``) is "" where no tax is charged; ``exemption``:
    the seller's words for being exempt; ``sold_by``: the provider that sells in its own name, "" where we do."""

    reason: str = ""
    country: str = ""
    postcode: str = ""
    buyer: str = ""
    vat_id: str = ""
    vat_outcome: str = ""
    consultation_number: str = ""
    checked_at: str = ""
    is_provisional: bool = False
    prices_included: str = ""
    seller_country: str = ""
    tax_name: str = ""
    exemption: str = ""
    sold_by: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def included_rate(self) -> Decimal | None:
        """Percent of tax in the published prices, None if they are without; 0 before there was tax."""
        return None if self.reason and not self.prices_included else Decimal(self.prices_included or 0)

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"evidence": [asdict(piece) for piece in self.evidence]}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> TaxFacts:
        """Of any release: unknown keys are left out, missing ones are empty."""
        known = {field.name: stored[field.name] for field in fields(cls) if field.name in stored}
        return cls(**known | {"evidence": tuple(Evidence(**piece) for piece in stored.get("evidence", ()))})
