"""Turning auto payment on and off, skipping a charge. Each function locks the customer first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from storefront.billing.auto_top_ups import mails
from storefront.billing.errors import BillingError
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Invoice, Mandate, SavedMethod
from storefront.billing.models.auto_top_ups import STOPPABLE_CHARGE, AutoTopUpStatus
from storefront.billing.models.saved_methods import CHARGEABLE, Scope
from storefront.billing.payer_details import PayerDetails
from storefront.billing.saved_methods import mandates
from storefront.billing.saved_methods.mandates import Terms
from storefront.billing.services import invoices
from storefront.billing.states import OPEN_ATTEMPT, InvoiceKind, InvoiceStatus
from storefront.core import clock, states
from storefront.users.models import User

Reason = AutoTopUpCharge.Reason


class MethodGone(BillingError):
    """The method was removed while the customer read what they agree to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTopUpWish:
    """What a customer has set and agreed to. ``method``: what is charged; None where invoices by ``invoiced_by`` are
    sent. ``text`` is exactly what they saw. ``included``: numbers of their open invoices."""

    currency: str
    monthly_cap: Decimal
    payer: PayerDetails
    time_zone: str
    language: str
    text: str
    ip_address: str | None
    method: SavedMethod | None
    invoiced_by: str = ""
    included: Sequence[str] = ()


def turn_on(customer: User, wish: AutoTopUpWish) -> AutoTopUp:
    """Write the mandate and the settings; what was planned under an earlier one is stopped. Raises MethodGone."""
    with transaction.atomic():
        customer = states.lock(User(pk=customer.pk))
        if wish.method is not None:
            method = states.lock(wish.method)
            if method.customer_id != customer.pk or method.status not in CHARGEABLE:
                raise MethodGone
        top_up = _row(customer, wish)
        _stop_planned(top_up, Reason.CHANGED)
        end_mandates(top_up, by=mandates.REPLACED)
        terms = Terms(
            scope=Scope.TOP_UP,
            text=wish.text,
            language=wish.language,
            ip_address=wish.ip_address,
            subject=top_up.subject,
            currency=wish.currency,
            amount_limit=wish.monthly_cap,
        )
        mandates.agree(customer=customer, terms=terms, method=wish.method)
        open_ones = includable(customer, wish.currency)
        top_up.included.set([invoice for invoice in open_ones if invoice.number in wish.included])
    return top_up


def turn_off(top_up: AutoTopUp, *, by: str) -> bool:
    """No charge is begun any more, and what is planned is stopped. ``by``: one of ``AutoTopUp.EndedBy``. False if it
    was off before."""
    with transaction.atomic():
        states.lock(User(pk=top_up.customer_id))
        locked = states.lock(AutoTopUp(pk=top_up.pk))
        if not locked.is_on:
            return False
        locked.is_on, locked.looked_for = False, None
        locked.ended_at, locked.ended_by = clock.now(), by
        locked.save(update_fields=["is_on", "looked_for", "ended_at", "ended_by"])
        end_mandates(locked, by=mandates.STAFF if by == AutoTopUp.EndedBy.STAFF else mandates.CUSTOMER)
        _stop_planned(locked, Reason.OFF)
        mails.turned_off(locked)
    return True


def skip(charge: AutoTopUpCharge) -> bool:
    """This charge is not made, and none for the same things. False if it is over, or being made just now."""
    with transaction.atomic():
        states.lock(User(pk=charge.auto_top_up.customer_id))
        locked = states.lock(AutoTopUpCharge(pk=charge.pk))
        return _stop(locked, AutoTopUpStatus.SKIPPED, Reason.CUSTOMER)


def live_mandate(top_up: AutoTopUp) -> Mandate | None:
    """What allows charges now, or says that invoices are sent; None where the customer must agree anew."""
    if not top_up.invoiced_by:
        return mandates.live(top_up.customer, Scope.TOP_UP, top_up.subject).first()
    return Mandate.objects.filter(
        customer=top_up.customer_id, scope=Scope.TOP_UP, subject=top_up.subject, ended_at=None,
        method=None, setup=None, attempt=None,
    ).first()  # fmt: skip


def end_mandates(top_up: AutoTopUp, *, by: str) -> None:
    """All that allow charges, also one whose method is still to be saved."""
    rows = Mandate.objects.filter(customer=top_up.customer_id, scope=Scope.TOP_UP, subject=top_up.subject)
    for mandate in rows.filter(ended_at=None):
        mandates.end(mandate, by=by)


def includable(customer: User, currency: str) -> list[Invoice]:
    """Open invoices that may be paid from the account, the most urgent first."""
    rows = Invoice.objects.filter(customer=customer, currency=currency, status=InvoiceStatus.OPEN, amount__gt=0)
    rows = rows.exclude(kind=InvoiceKind.ADVANCE_PAYMENT).order_by("due_at", "pk").prefetch_related("lines")
    return [invoice for invoice in rows if not invoice.sold_by]


def _row(customer: User, wish: AutoTopUpWish) -> AutoTopUp:
    settings = {
        "is_on": True,
        "monthly_cap": wish.monthly_cap,
        "payer": wish.payer.to_json(),
        "invoiced_by": "" if wish.method else wish.invoiced_by,
        "time_zone": wish.time_zone,
        "language": wish.language,
        "looked_for": clock.now(),
        "cap_told_on": None,
        "ended_at": None,
        "ended_by": "",
    }
    top_up, _is_new = AutoTopUp.objects.update_or_create(customer=customer, currency=wish.currency, defaults=settings)
    return top_up


def _stop_planned(top_up: AutoTopUp, reason: str) -> None:
    for charge in top_up.charges.filter(status__in=(*STOPPABLE_CHARGE, AutoTopUpStatus.INVOICED)):
        _stop(states.lock(charge), AutoTopUpStatus.STOPPED, reason)


def _stop(charge: AutoTopUpCharge, status: str, reason: str) -> bool:
    """An invoice that nobody is charged for any more becomes void; one that was sent to be paid stays open."""
    if charge.status not in (*STOPPABLE_CHARGE, AutoTopUpStatus.INVOICED):
        return False
    is_charged = charge.status != AutoTopUpStatus.INVOICED
    charge.status, charge.reason = status, reason
    charge.next_at, charge.ended_at = None, clock.now()
    charge.save(update_fields=["status", "reason", "next_at", "ended_at"])
    if charge.invoice is not None and is_charged:
        void_unused(charge.invoice)
    return True


def void_unused(invoice: Invoice) -> None:
    """An invoice whose charge is not made; one that somebody is paying just now is left to its payment."""
    if invoice.status == InvoiceStatus.OPEN and not invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists():
        invoices.void(invoice=invoice, reason="Auto payment was not needed", is_told=False)
