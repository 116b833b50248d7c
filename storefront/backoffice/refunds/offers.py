"""Where a refund can be begun: the act offered on the pages of invoices and payments."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from storefront.backoffice.pages import ActLink
from storefront.billing.models import Invoice, Payment
from storefront.billing.services import refund_plans
from storefront.billing.services.refund_units import can_refund

BEGIN = "billing.begin_refund"


def of_invoice(invoice: Invoice) -> Iterable[ActLink]:
    """Lines or a sum of a paid invoice, while any of its money can go back through the provider."""
    if invoice.paid_at and any(part.amount > 0 for part in refund_plans.sources(invoice)):
        yield ActLink(_("Refund"), reverse("backoffice-refund-invoice", args=[invoice.number]), BEGIN, "undo", True)


def of_payment(payment: Payment) -> Iterable[ActLink]:
    """What of a payment paid for nothing; the rest is refunded at its invoice."""
    if can_refund(payment) and refund_plans.unspent(payment) > 0:
        yield ActLink(_("Refund"), reverse("backoffice-refund-payment", args=[payment.pk]), BEGIN, "undo", True)
    elif payment.invoice is not None:
        yield from of_invoice(payment.invoice)
