"""Looking at each auto payment: pay what its customer chose, and plan the next charge where something is missing."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import transaction

from checkout.auto_payments import needs, proposals
from checkout.auto_payments.proposals import Proposal
from storefront.billing.auto_top_ups import caps, mails, switching
from storefront.billing.errors import BillingError
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Mandate
from storefront.billing.models.auto_top_ups import LIVE_CHARGE
from storefront.billing.models.saved_methods import CHARGEABLE
from storefront.billing.personal_account import balances, paying, top_ups
from storefront.billing.services import open_methods, part_payments, payment_methods
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus
from storefront.core import clock, queue, states
from storefront.users.models import User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
#: How often what a month needs is looked at; a charge that was paid has it looked at at once.
EVERY = timedelta(hours=6)


def look_at_due() -> int:
    """A worker's job. Returns how many were looked at."""
    rows = AutoTopUp.objects.filter(is_on=True).select_related("customer")
    return queue.drain(lambda: queue.claim_next(rows, field="looked_for", lease=LEASE), _look)


def _look(top_up: AutoTopUp) -> int:
    pay_included(top_up)
    if not plan(top_up):
        switching.turn_off(top_up, by=AutoTopUp.EndedBy.METHOD)
    queue.put_back(top_up, field="looked_for", at=clock.now() + EVERY)
    return 1


def pay_included(top_up: AutoTopUp) -> int:
    """Pay the open invoices that the customer chose from the account, as far as it covers them beside what renews
    sooner. Not inside a transaction. Returns how many were paid."""
    paid = 0
    for invoice in top_up.included.filter(status=InvoiceStatus.OPEN, customer=top_up.customer).order_by("due_at"):
        if invoice.attempts.filter(status__in=OPEN_ATTEMPT).exists():
            continue  # somebody is paying it just now
        lines = needs.lines(top_up.customer, top_up.currency, included=[], now=clock.now(), language=top_up.language)
        sooner = sum(line.amount for line in lines if line.due_at < invoice.due_at)
        if balances.spendable(top_up.customer, top_up.currency) - sooner < part_payments.due(invoice):
            continue
        try:
            paying.pay(invoice=invoice)
        except BillingError as exc:
            logger.info("invoice %s is not paid by auto payment now (%s)", invoice.number, type(exc).__name__)
        else:
            paid += 1
    return paid


def plan(top_up: AutoTopUp) -> bool:
    """Plan the next charge where one is needed and none is planned. False where nothing allows charges any more."""
    with transaction.atomic():
        states.lock(User(pk=top_up.customer_id))
        locked = states.lock(AutoTopUp(pk=top_up.pk))
        if not locked.is_on:
            return True
        mandate = switching.live_mandate(locked)
        if mandate is None:
            return False
        is_dead = mandate.method is not None and mandate.method.status not in CHARGEABLE
        if is_dead or not top_ups.is_offered() or locked.charges.filter(status__in=LIVE_CHARGE).exists():
            return True
        _plan(locked, mandate)
    return True


def _plan(top_up: AutoTopUp, mandate: Mandate) -> None:
    now = clock.now()
    proposal = proposals.propose(
        top_up,
        now=now,
        included=list(top_up.included.all()),
        gateway=gateway_of(top_up, mandate),
        charge_at=now if top_up.invoiced_by else None,
        settled=proposals.settled(top_up, mandate.pk),
    )
    if proposal.amount > 0:
        _create(top_up, mandate, proposal)
    elif proposal.is_capped:
        _tell_of_cap(top_up, proposal)


def gateway_of(top_up: AutoTopUp, mandate: Mandate) -> str:
    return top_up.invoiced_by or (mandate.method.gateway if mandate.method else "")


def _create(top_up: AutoTopUp, mandate: Mandate, proposal: Proposal) -> AutoTopUpCharge:
    return AutoTopUpCharge.objects.create(
        auto_top_up=top_up,
        mandate=mandate,
        method_label=mandate.method.label if mandate.method else method_title(top_up.invoiced_by),
        amount=proposal.amount,
        needed=proposal.needed,
        spendable=proposal.spendable,
        lines=[line.to_json() for line in proposal.lines],
        charge_at=proposal.charge_at,
        next_at=clock.now(),
    )


def method_title(name: str) -> str:
    """What a payment method is called where an invoice is sent for it, in the active language."""
    row = next((each for each in payment_methods.rows() if each.name == name), None)
    return open_methods.shown(row).title if row else name


def _tell_of_cap(top_up: AutoTopUp, proposal: Proposal) -> None:
    """Once in a month of the customer's."""
    month = caps.month_of(proposal.charge_at, top_up.time_zone)
    if top_up.cap_told_on == month:
        return
    top_up.cap_told_on = month
    top_up.save(update_fields=["cap_told_on"])
    _begin, until = caps.bounds(month, top_up.time_zone)
    mails.cap_reached(top_up, missing=proposal.missing, lines=proposal.lines, until=until)
