"""One try to have a renewal paid: noted, made, and what came of it noted. Each step goes on from the rows alone.

A try makes one charge at most: whoever goes on with it after a kill finds the charge that was made (``charges_before``)
or makes it, under the invoice's lock. A stop ends the mandates and the try under the customer's lock, so that it comes
before a charge or after it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from checkout.renewals import announcing, mails
from storefront.billing.errors import (
    AlreadyPaid,
    BillingError,
    InvoiceVoid,
    PaymentUnavailable,
)
from storefront.billing.models import Invoice, Mandate, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import CHARGEABLE
from storefront.billing.personal_account import paying
from storefront.billing.personal_account.paying import NotEnough
from storefront.billing.saved_methods import charging, refusals, retry_plan
from storefront.billing.saved_methods.charging import ChargedBefore, NotChargeable
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, InvoiceStatus
from storefront.core import clock, states
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.payments.words import RefusalClass
from storefront.licensing.models import Renewal, RenewalTry, Subscription
from storefront.licensing.states import PaysFrom, RenewalStatus, SubscriptionStatus
from storefront.licensing.subscriptions import consents, timing

logger = logging.getLogger(__name__)

#: An answer that is unknown, or money that is on its way, is looked at again after so long.
UNKNOWN, ON_ITS_WAY = timedelta(minutes=5), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a try brought nothing: what to do about it, and the word for it."""

    kind: RefusalClass
    code: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A try to go on with; or why there is none: a refusal that needs nobody to be asked, or a time to look again."""

    tried: RenewalTry | None = None
    refusal: Refusal | None = None
    again_at: datetime | None = None


def begin(renewal: Renewal) -> Begun:
    """The open try of a renewal that is being charged, or a new one, committed."""
    with transaction.atomic(durable=True):
        subscription, row = announcing.lock(renewal)
        invoice = row.invoice
        if row.status != RenewalStatus.CHARGING or subscription.status != SubscriptionStatus.ACTIVE or invoice is None:
            return Begun()
        if invoice.status != InvoiceStatus.OPEN:
            return Begun()
        tried = row.tries.filter(ended_at=None).select_related("attempt", "invoice").first()
        if tried is not None:
            return Begun(tried)
        if later := _not_now(subscription, row, invoice):
            return Begun(again_at=later)
        return _new(subscription, row, invoice)


def make(tried: RenewalTry) -> Refusal | datetime | None:
    """Charge. Returns why it was refused; when to look again where that is not known yet; None once it is paid, or was
    stopped. Not inside a transaction."""
    try:
        with time_limit(WORKER_SECONDS):
            return _from_account(tried) if tried.source == PaysFrom.ACCOUNT else _from_method(tried)
    except PaymentUnavailable:
        return clock.now() + UNKNOWN
    except (AlreadyPaid, InvoiceVoid):
        return None
    except NotChargeable:
        return Refusal(RefusalClass.METHOD_DEAD, mails.NOT_ALLOWED)
    except BillingError as problem:  # the method was stopped, or other money for the invoice is being looked at
        logger.warning("renewal %s: not charged now (%s)", tried.renewal_id, type(problem).__name__)
        return clock.now() + announcing.BUYING


def _from_account(tried: RenewalTry) -> Refusal | None:
    try:
        paying.pay(invoice=tried.invoice, check=lambda _invoice: _check_stands(tried))
    except NotEnough:
        return Refusal(RefusalClass.LATER, mails.NOT_ENOUGH)
    return None


def _check_stands(tried: RenewalTry) -> None:
    """Under the customer's lock: whoever stopped it came before."""
    is_open = RenewalTry.objects.filter(
        pk=tried.pk, ended_at=None, renewal__status=RenewalStatus.CHARGING,
        renewal__subscription__status=SubscriptionStatus.ACTIVE,
    )  # fmt: skip
    if not is_open.exists() or not consents.of_account(tried.renewal.subscription).exists():
        raise NotChargeable


def _from_method(tried: RenewalTry) -> Refusal | datetime | None:
    attempt = _made(tried)
    if attempt is None or attempt.status in OPEN_ATTEMPT:
        mandate = consents.of_method(tried.renewal.subscription).first()
        if mandate is None or mandate.method is None:
            return Refusal(RefusalClass.METHOD_DEAD, mails.NO_METHOD)
        attempt = _charge(tried, attempt, mandate)
    _link(tried, attempt)
    if attempt.status == AttemptStatus.SUCCEEDED:
        return None
    if attempt.status in OPEN_ATTEMPT:
        return clock.now() + ON_ITS_WAY
    return Refusal(refusals.note(attempt), attempt.failure_code)


def _charge(tried: RenewalTry, made: PaymentAttempt | None, mandate: Mandate) -> PaymentAttempt:
    """A charge that was begun is continued with what it was begun with."""
    method, mandate = (made.saved_method, made.mandate) if made and made.mandate else (mandate.method, mandate)
    if method is None:
        raise NotChargeable
    try:
        return charging.charge(
            invoice=tried.invoice, method=method, mandate=mandate, charges_before=tried.charges_before
        )
    except ChargedBefore:
        found = _made(tried)
        if found is None:
            raise PaymentUnavailable from None
        return found


def _made(tried: RenewalTry) -> PaymentAttempt | None:
    """The charge of this try, if it was made."""
    charges = charging.unattended(tried.invoice)[tried.charges_before : tried.charges_before + 1]
    return next(iter(charges.select_related("saved_method", "mandate")), None)


def _link(tried: RenewalTry, attempt: PaymentAttempt) -> None:
    if tried.attempt_id != attempt.pk:
        RenewalTry.objects.filter(pk=tried.pk, attempt=None).update(attempt=attempt)
        tried.attempt = attempt


def _not_now(subscription: Subscription, row: Renewal, invoice: Invoice) -> datetime | None:
    """When to look again instead, if no charge may be begun now: it is not morning, or the buyer is paying."""
    now = clock.now()
    at_page = invoice.attempts.filter(status__in=OPEN_ATTEMPT, mandate=None)
    if at_page.filter(created_at__gt=now - announcing.BUYING).exists():
        return now + announcing.BUYING
    last = row.tries.last()
    is_soon = last is not None and last.outcome == RefusalClass.SOON
    if row.is_pressed or is_soon or row.next_source:
        return None
    morning = timing.next_morning(now, timing.zone_of_customer(subscription.customer), subscription.pk)
    return morning if morning > now else None


def _new(subscription: Subscription, row: Renewal, invoice: Invoice) -> Begun:
    source = row.next_source if row.next_source in subscription.sources else subscription.pays_from
    method = None
    if source == PaysFrom.METHOD:
        mandate = consents.of_method(subscription).first()
        method = mandate.method if mandate else None
        if method is None or states.lock(method).status not in CHARGEABLE:
            return Begun(refusal=Refusal(RefusalClass.METHOD_DEAD, mails.NO_METHOD))
        if retry_plan.tries_of(method) >= retry_plan.CARD_TRIES:
            return Begun(refusal=Refusal(RefusalClass.METHOD_DEAD, mails.CARD_TRIED))
        if not row.is_pressed and (rested := _rests_until(row, method)):
            return Begun(again_at=rested)
    tried = row.tries.create(
        number=row.tries.count() + 1,
        invoice=invoice,
        source=source,
        label=method.label if method else "",
        charges_before=charging.unattended(invoice).count(),
    )
    return Begun(tried)


def _rests_until(row: Renewal, method: SavedMethod) -> datetime | None:
    """A card that was refused is left alone for a day."""
    last = row.tries.filter(attempt__saved_method=method).exclude(outcome__in=("", RefusalClass.SOON)).last()
    until = last.begun_at + retry_plan.REST if last else None
    return until if until and until > clock.now() else None
