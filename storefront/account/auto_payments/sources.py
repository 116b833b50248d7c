"""From what auto payment can take the money: saved methods, or an invoice for a method that cannot be charged alone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from storefront.billing.models import PaymentMethod, SavedMethod
from storefront.billing.saved_methods import queries
from storefront.billing.services import open_methods, payment_methods
from storefront.gateways.errors import ConfigurationError
from storefront.users.models import User

_SAVED, _INVOICE = "saved", "invoice"


@dataclass(frozen=True, slots=True)
class Source:
    """One choice. ``method``: what is charged; None where an invoice for ``gateway`` is mailed instead. ``smallest``:
    no less is charged at a time, major units."""

    value: str
    label: str
    gateway: str
    smallest: Decimal
    method: SavedMethod | None = None

    @property
    def invoiced_by(self) -> str:
        return "" if self.method else self.gateway

    @property
    def title(self) -> str:
        """The method alone, as texts name it."""
        return self.method.label if self.method else self.label


def of(customer: User, currency: str) -> list[Source]:
    """Saved methods first, then what an invoice can be sent for, in the seller's order."""
    rows = {row.name: row for row in payment_methods.rows() if row.for_top_ups and not row.is_stopped}
    saved = queries.chargeable(customer, currency)
    found = [_saved(method, rows[method.gateway], currency) for method in saved if method.gateway in rows]
    by_invoice = [row for row in rows.values() if not queries.can_charge(row.name)]
    return found + [source for row in by_invoice if (source := _invoice(row, currency))]


def _saved(method: SavedMethod, row: PaymentMethod, currency: str) -> Source:
    label = method.label
    if method.expiry is not None:
        label = _("%(method)s, good until %(month)s") % {"method": label, "month": date_format(method.expiry, "m/Y")}
    return Source(f"{_SAVED}:{method.public_id}", label, method.gateway, _smallest(row, currency) or Decimal(0), method)


def _invoice(row: PaymentMethod, currency: str) -> Source | None:
    smallest = _smallest(row, currency)
    if smallest is None:
        return None
    return Source(f"{_INVOICE}:{row.name}", open_methods.shown(row).title, row.name, smallest)


def _smallest(row: PaymentMethod, currency: str) -> Decimal | None:
    """None if the method does not take the currency, or is not set up."""
    try:
        if not payment_methods.is_set_up(row.name):
            return None
        limits = open_methods.limits_of(row)
    except ConfigurationError:
        return None
    return limits.smallest_in(currency) if currency in limits.currencies else None
