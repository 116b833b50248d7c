"""Orders and invoices as the checkout leaves them, without going through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from django.db import transaction
from oscar.apps.order.models import Order

from storefront.billing.models import Invoice, Payment
from storefront.billing.services import invoices
from storefront.billing.states import InvoiceKind
from storefront.core import references
from storefront.core.license_terms import LicenseTerms


def make_payment(customer: Any, amount: str = "96.00", invoice: Invoice | None = None) -> Payment:
    """Money received by the page of an attempt; what becomes of it is the caller's business."""
    invoice = invoice or make_invoice(customer, amount)
    attempt = invoice.attempts.create(
        gateway="stripe", is_live=False, status="succeeded", currency=invoice.currency, amount=invoice.amount
    )
    return Payment.objects.create(
        customer=customer,
        attempt=attempt,
        gateway="stripe",
        is_live=False,
        currency=invoice.currency,
        amount=invoice.amount,
        reference=attempt.idempotency_key,
    )


def make_order(customer: Any, *, total: Decimal, currency: str = "EUR") -> Order:
    """An order as placed: status New, one line per piece is not needed here."""
    return Order.objects.create(
        number=references.human_number("SO"),
        user=customer,
        currency=currency,
        total_incl_tax=total,
        total_excl_tax=total,
        status="New",
    )


def make_invoice(
    customer: Any,
    *amounts: str,
    currency: str = "EUR",
    terms: Sequence[LicenseTerms | None] = (),
    with_order: bool = True,
    email: str | None = None,
    kind: InvoiceKind = InvoiceKind.ORDER,
    payer_name: str = "Ada Buyer",
    payer: Mapping[str, str] = MappingProxyType({}),
) -> Invoice:
    """An issued invoice with one line per amount (default: one line of 96.00)."""
    figures = [Decimal(amount) for amount in amounts or ("96.00",)]
    with transaction.atomic():
        order = make_order(customer, total=sum(figures, Decimal(0)), currency=currency) if with_order else None
        return invoices.issue(
            customer=customer,
            order=order,
            currency=currency,
            kind=kind,
            payer={"name": payer_name, "email": customer.email if email is None else email} | dict(payer),
            lines=[
                invoices.NewLine(
                    description=f"License {position}",
                    amount=amount,
                    list_amount=amount,
                    license_terms=terms[position] if position < len(terms) else None,
                )
                for position, amount in enumerate(figures)
            ],
        )
