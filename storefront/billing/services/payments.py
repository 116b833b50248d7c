"""Money received: on the personal account first, from there to what it pays for. Called under the customer's lock."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction

from storefront.billing import signals
from storefront.billing.models import Invoice, Payment, PaymentAttempt
from storefront.billing.services import ledger, orders, sales
from storefront.billing.states import INVOICE_TRANSITIONS, OPEN_ATTEMPT, InvoiceStatus
from storefront.core import clock, states
from storefront.users.models import User


def register(
    *,
    customer: User,
    gateway: str,
    reference: str,
    is_live: bool,
    amount: Decimal,
    currency: str,
    method_label: str = "",
    attempt: PaymentAttempt | None = None,
) -> Payment:
    """Note money received and credit the customer's personal account with it. ``amount``: major units.

    Idempotent by ``gateway`` and ``reference`` (the provider's id): a second call returns the first payment.
    """
    with transaction.atomic():
        payment, _is_new = Payment.objects.get_or_create(
            gateway=gateway,
            reference=reference,
            defaults={
                "customer": customer,
                "attempt": attempt,
                "is_live": is_live,
                "currency": currency,
                "amount": amount,
                "method_label": method_label,
            },
        )
        ledger.credit(customer=customer, payment=payment, amount=amount, currency=currency, key=f"payment-{payment.pk}")
    return payment


def pay(invoice: Invoice, taken_from: Sequence[tuple[Payment, Decimal]]) -> None:
    """Pay a locked invoice from the personal account: expense, invoice, order, and the receivers of invoice_paid.

    ``taken_from`` names the payments the money came with; the parts add up to the invoice's amount. Raises LedgerError
    if they do not, InsufficientBalance if the account holds less.
    """
    ledger.debit(
        customer=invoice.customer,
        invoice=invoice,
        amount=invoice.amount,
        currency=invoice.currency,
        key=sales.next_key(invoice),
        taken_from=taken_from,
    )
    close_paid(invoice, taken_from[0][0])


def close_paid(invoice: Invoice, payment: Payment | None) -> None:
    """A locked invoice asks for nothing more: invoice, order, and the receivers of invoice_paid.

    ``payment`` is None where nothing was to be paid (``free.settle``). An invoice that is paid already is left alone.
    """
    if not states.apply(invoice, InvoiceStatus.PAID, table=INVOICE_TRANSITIONS, paid_at=clock.now()):
        return
    orders.set_status(order=invoice.order, status=orders.PAID)
    # A charge opened meanwhile must not be paid too: the poller closes it.
    invoice.attempts.filter(status__in=OPEN_ATTEMPT).update(next_check_at=clock.now())
    signals.invoice_paid.send(sender=Invoice, invoice=invoice, payment=payment)
