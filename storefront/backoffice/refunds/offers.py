"""Where a refund can be begun: the act offered on the pages of invoices and payments."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from storefront.backoffice.pages import ActLink
from storefront.billing.models import Invoice, Payment
from storefront.billing.services import refund_plans
from storefront.billing.services.refund_plans import Part
from storefront.billing.services.refund_units import can_refund
from storefront.billing.states import RefundWay

BEGIN = "billing.begin_refund"


def of_invoice(invoice: Invoice) -> Iterable[ActLink]:
    """Lines or a sum of a paid invoice, while any of its money can go back."""
    if invoice.paid_at and any(part.amount > 0 for part in _parts(invoice)):
        yield ActLink(_("Refund"), reverse("backoffice-refund-invoice", args=[invoice.number]), BEGIN, "undo", True)


def _parts(invoice: Invoice) -> list[Part]:
    """By any way."""
    return [*refund_plans.sources(invoice), *refund_plans.sources(invoice, RefundWay.BANK)]


def of_payment(payment: Payment) -> Iterable[ActLink]:
    """What of a payment paid for nothing; the rest is refunded at its invoice."""
    if refund_plans.unspent(payment) > 0 and (can_refund(payment) or not payment.is_disputed):
        yield ActLink(_("Refund"), reverse("backoffice-refund-payment", args=[payment.pk]), BEGIN, "undo", True)
    elif payment.invoice is not None:
        yield from of_invoice(payment.invoice)
