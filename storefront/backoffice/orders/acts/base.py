"""What acts on an unpaid invoice have in common: its number in the address, the way back, errors in words."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from storefront.backoffice.acts import ActView, Refused
from storefront.backoffice.orders.invoice_page import invoice_or_404
from storefront.backoffice.pages import Crumb
from storefront.billing.errors import (
    AlreadyPaid,
    BillingError,
    ChargeOpen,
    InvoiceVoid,
    PaymentInReview,
    PaymentProcessing,
)
from storefront.billing.models import Invoice
from storefront.billing.services import unpaid
from storefront.billing.tax import TaxDecision, TaxReason, summary_of
from storefront.core import money
from storefront.core.money import TaxedAmount
from storefront.gateways.errors import ConfigurationError


def page_of(invoice: Invoice) -> str:
    """The order's page, or the invoice's where it is for no order."""
    if invoice.order is not None:
        return reverse("backoffice-order", args=[invoice.order.number])
    return reverse("backoffice-invoice", args=[invoice.number])


def names(invoice: Invoice) -> dict[str, str]:
    """What sentences about an invoice are filled with."""
    return {
        "order": invoice.order.number if invoice.order else invoice.number,
        "invoice": invoice.number,
        "amount": money.display(invoice.amount, invoice.currency),
        "name": invoice.payer.get("name") or invoice.customer.get_full_name() or invoice.customer.email,
        "email": invoice.customer.email,
    }


def told(form: Any, invoice: Invoice) -> str:
    """Whether the customer is mailed, as a sentence of the preview."""
    if form.cleaned_data["tell_customer"]:
        return _("%(email)s is told by mail.") % names(invoice)
    return _("The customer is not told.")


def about_tax(
    decision: TaxDecision, total: TaxedAmount, currency: str, *, published: Decimal | None = None
) -> Iterator[str]:
    """The tax in a total, and why it is so, a sentence each. ``published``: as of ``summary_of``."""
    if decision.facts.reason == TaxReason.VAT_ID_INVALID:
        yield _("VIES does not know the VAT number as valid, so the payer is taxed as a consumer.")
    tax = summary_of(decision.treatment, decision.facts, total, published=published)
    for name, amount in tax.rows:
        yield f"{name}: {money.display(amount, currency)}."
    if tax.note:
        yield f"{tax.note}."


class UnpaidAct(ActView):
    """An act on an invoice that asks for money. What ``unpaid.check`` refuses is said instead of a preview."""

    object: Invoice
    expected_errors = (*ActView.expected_errors, BillingError, ConfigurationError)

    def get_object(self) -> Invoice:
        return invoice_or_404(self.kwargs["number"])

    def check(self, form: Any) -> None:
        unpaid.check(self.object)

    def explain(self, error: Exception) -> Refused:
        return refusal(error) or super().explain(error)

    def get_success_url(self) -> str:
        if not hasattr(self, "object"):
            raise Http404
        return page_of(self.object)

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        invoice = self.object
        if invoice.order is not None:
            order = Crumb("backoffice-order", invoice.order.number, (invoice.order.number,))
            return (Crumb("backoffice-orders", _("Orders")), order)
        own = Crumb("backoffice-invoice", invoice.number, (invoice.number,))
        return (Crumb("backoffice-invoices", _("Invoices")), own)


def refusal(error: Exception) -> Refused | None:
    """An error of billing in words for staff; None for one that says nothing by itself."""
    if isinstance(error, BillingError):
        return Refused(in_words(error))
    return None


def in_words(error: BillingError) -> str:
    """Billing's errors speak to buyers; these are their sentences for staff."""
    own: dict[type[BillingError], str] = {
        AlreadyPaid: _("The invoice is paid already. Nothing was changed."),
        InvoiceVoid: _("The invoice is void, or its order is cancelled."),
        PaymentInReview: _("Money came that does not fit the invoice. Settle that at the money desk first."),
        PaymentProcessing: _("The buyer has paid, and the bank has not confirmed it yet. Wait for its answer."),
        ChargeOpen: _("A payment was begun just now. Please try again."),
    }
    return own.get(type(error), str(error))
