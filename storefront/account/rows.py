"""What the pages show of an invoice and of a license, ready for the template. Costs no query beyond the querysets'."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalogue.plans.models import months_label
from storefront.billing import links
from storefront.billing.instructions import Told, told
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.status import Status, of_invoice
from storefront.core import clock
from storefront.licensing import queries as licensing
from storefront.licensing.bindings import binding_of
from storefront.licensing.bitrix24.config import portal_origin
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.queries import LinkState
from storefront.licensing.states import BADGES, EffectiveStatus, PeriodKind

#: From so many days before its end a license is shown as one that ends soon.
SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """``pay_path`` is "" unless somebody may be asked to pay now; ``instructions`` say how to pay elsewhere, where
    that is what it waits for."""

    invoice: Invoice
    state: Status
    pay_path: str
    what_for: str
    more: int
    instructions: Told | None = None

    @property
    def payer(self) -> str:
        return PayerDetails.from_json(self.invoice.payer).title

    @property
    def payer_path(self) -> str:
        """Where it is addressed to another payer."""
        return links.payer_path(self.invoice)


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """``extend_path`` is "" for a license that cannot be extended; ``badge`` is the end of a CSS class; ``begins``
    says when its time begins, "" once it has."""

    license: License
    status: str
    badge: str
    days_left: int
    has_ended: bool
    link: LinkState
    extend_path: str
    begins: str = ""

    @property
    def portal_url(self) -> str:
        """The portal it works in, "" while it works in none."""
        return portal_origin(self.link.host) if self.link.code == "linked" else ""


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One period of a license; ``is_laid``: its dates are certain. ``note`` says what is special about it."""

    period: LicensePeriod
    length: str
    invoice_number: str
    is_laid: bool
    note: str


def invoice_row(invoice: Invoice) -> InvoiceRow:
    """One invoice as ``billing.queries`` loads it, with lines and attempts to pay."""
    lines = list(invoice.lines.all())
    state = of_invoice(invoice)
    pay_path = links.pay_path(invoice) if state.may_pay else ""
    attempts = list(invoice.attempts.all())
    return InvoiceRow(
        invoice,
        state,
        pay_path,
        lines[0].description if lines else "",
        max(0, len(lines) - 1),
        told(attempts[0]) if attempts and state.code == "awaited" else None,
    )


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
        begins=_begins(license, status),
    )


def _begins(license: License, status: EffectiveStatus) -> str:
    if license.begins_by is None or status == EffectiveStatus.REVOKED:
        return ""
    if license.suspension:
        return _("when the license is restored; until then its time stands still")
    if status == EffectiveStatus.SUSPENDED:
        return _("when your bank has decided about the payment; until then its time stands still")
    return binding_of(license.binding_kind).begins(license, license.begins_by)


def period_rows(license: License) -> list[PeriodRow]:
    """The periods of a license, the latest first, with the invoices that they came of."""
    found = license.periods.select_related("invoice_line__invoice", "converted_from__invoice_line__invoice")
    return [_period_row(license, period) for period in found.order_by("-pk")]


def _period_row(license: License, period: LicensePeriod) -> PeriodRow:
    source = period
    while source.invoice_line is None and source.converted_from is not None:
        source = source.converted_from
    if period.days is None:
        length = months_label(period.months)
    else:
        length = ngettext("%(count)d day", "%(count)d days", period.days) % {"count": period.days}
    is_over = period.revoked_at is not None or period.converted_at is not None
    return PeriodRow(
        period=period,
        length=length,
        # Whoever pays by a license's signed link keeps the invoice: it is no page of this customer.
        invoice_number=_number(source, license),
        is_laid=bool(period.begun_at) or (license.begins_by is None and not is_over),
        note=_note(period),
    )


def _number(period: LicensePeriod, license: License) -> str:
    invoice = period.invoice_line.invoice if period.invoice_line else None
    return invoice.number if invoice and invoice.customer_id == license.customer_id else ""


def _note(period: LicensePeriod) -> str:
    if period.revoked_at:
        return _("taken back")
    if period.converted_at:
        return _("ended early: what was left became days of another license type")
    if period.kind == PeriodKind.GOODWILL:
        return _("given by us")
    if period.converted_from:
        return _("for unused time of %(plan)s") % {"plan": period.converted_from.plan_name}
    return ""


def license_rows(licenses: Iterable[License]) -> list[LicenseRow]:
    now = clock.now()
    return [license_row(license, now=now) for license in licenses]
