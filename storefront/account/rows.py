"""What the pages show of an invoice and of a license, ready for the template. Costs no query beyond the querysets'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storefront.billing import links
from storefront.billing.models import Invoice
from storefront.billing.status import Status, of_invoice
from storefront.core import clock
from storefront.licensing import queries as licensing
from storefront.licensing.bitrix24.config import portal_origin
from storefront.licensing.models import License
from storefront.licensing.queries import LinkState
from storefront.licensing.states import BADGES, EffectiveStatus

#: From so many days before its end a license is shown as one that ends soon.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """``pay_path`` is "" unless somebody may be asked to pay now."""

    invoice: Invoice
    state: Status
    pay_path: str
    what_for: str
    more: int


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """``extend_path`` is "" for a license that cannot be extended; ``badge`` is the end of a CSS class."""

    license: License
    status: str
    badge: str
    days_left: int
    has_ended: bool
    link: LinkState
    extend_path: str

    @property
    def portal_url(self) -> str:
        """The portal it works in, "" while it works in none."""
        return portal_origin(self.link.host) if self.link.code == "linked" else ""


def invoice_row(invoice: Invoice) -> InvoiceRow:
    """One invoice as ``billing.queries`` loads it, with lines and attempts to pay."""
    lines = list(invoice.lines.all())
    state = of_invoice(invoice)
    pay_path = links.pay_path(invoice) if state.may_pay else ""
    return InvoiceRow(invoice, state, pay_path, lines[0].description if lines else "", max(0, len(lines) - 1))


def invoice_rows(invoices: Iterable[Invoice]) -> list[InvoiceRow]:
    return [invoice_row(invoice) for invoice in invoices]


def license_row(license: License, *, now: datetime | None = None) -> LicenseRow:
    """One license as ``licensing.queries.licenses_of`` loads it."""
    now = now or clock.now()
    status = licensing.effective_status(license, now)
    badge = BADGES[status]
    if status == EffectiveStatus.ACTIVE and license.valid_until - now <= SOON:
        badge = "ending"
    can_extend = status not in (EffectiveStatus.SUSPENDED, EffectiveStatus.REVOKED)
    return LicenseRow(
        license=license,
        status=str(status.label),
        badge=badge,
        days_left=licensing.days_left(license, now),
        has_ended=license.valid_until <= now,
        link=licensing.link_state(license),
        extend_path=licensing.extend_path(license) if can_extend else "",
    )


def license_rows(licenses: Iterable[License]) -> list[LicenseRow]:
    now = clock.now()
    return [license_row(license, now=now) for license in licenses]
