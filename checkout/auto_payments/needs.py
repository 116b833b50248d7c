"""What the next month needs from a personal account: renewals that it pays, and the open invoices that its customer
chose. Nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from checkout.forecast import renewals
from checkout.forecast.renewals import Outlook, UpcomingRenewal
from storefront.billing.auto_top_ups import switching
from storefront.billing.auto_top_ups.needs import LineNeeded
from storefront.billing.models import Invoice
from storefront.billing.services import part_payments
from storefront.billing.states import InvoiceStatus
from storefront.core.language import nearest_language
from storefront.core.periods import add_months
from storefront.licensing.models import Subscription
from storefront.licensing.states import PaysFrom
from storefront.users.models import User


def lines(
    customer: User, currency: str, *, included: Sequence[Invoice], now: datetime, language: str
) -> list[LineNeeded]:
    """The nearest first. ``included``: those of their invoices that they chose; what is not open any more counts for
    nothing. Texts in ``language``."""
    with translation.override(nearest_language(language)):
        found = [_of_invoice(invoice) for invoice in included if _is_open(customer, currency, invoice)]
        named = {line.key for line in found}
        for each in _renewals(customer, currency, now):
            line = _of_renewal(each)
            if line is not None and line.key not in named:
                found.append(line)
    return sorted(found, key=lambda line: (line.due_at, line.key))


def _renewals(customer: User, currency: str, now: datetime) -> list[UpcomingRenewal]:
    rows = Subscription.objects.filter(customer=customer, currency=currency, pays_from=PaysFrom.ACCOUNT)
    return list(renewals.upcoming(rows, until=add_months(now, 1)))


def _of_renewal(each: UpcomingRenewal) -> LineNeeded | None:
    """One whose order was written already needs what its invoice asks for."""
    row = each.row
    if row is not None and row.invoice is not None:
        is_open = row.invoice.status == InvoiceStatus.OPEN
        return _of_invoice(row.invoice) if is_open else None
    if each.outlook is not Outlook.CHARGED or each.total is None:
        return None
    license = each.license
    label = _("Renewal of %(product)s, %(plan)s, on %(day)s")
    words = {
        "product": license.product_title, "plan": license.plan_name, "day": date_format(each.due_at, "j E Y"),
    }  # fmt: skip
    return LineNeeded(
        key=f"renewal:{license.public_id}:{each.ends_at.isoformat()}",
        kind="renewal",
        label=label % words,
        number=license.public_id,
        amount=each.total,
        due_at=each.due_at,
    )


def _of_invoice(invoice: Invoice) -> LineNeeded:
    return LineNeeded(
        key=f"invoice:{invoice.number}",
        kind="invoice",
        label=_("Invoice %(number)s") % {"number": invoice.number},
        number=invoice.number,
        amount=part_payments.due(invoice),
        due_at=invoice.due_at,
    )


def _is_open(customer: User, currency: str, invoice: Invoice) -> bool:
    is_theirs = invoice.customer_id == customer.pk and invoice.currency == currency
    return is_theirs and invoice.status == InvoiceStatus.OPEN and not invoice.sold_by


def choosable(customer: User, currency: str) -> list[Invoice]:
    """Open invoices that the customer may choose."""
    return switching.includable(customer, currency)
