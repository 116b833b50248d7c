"""Comparing the provider's charges with our rows, in both directions."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from storefront.billing.gateway_registry import gateway, sum_of_each
from storefront.billing.models import PaymentAttempt, Refund
from storefront.billing.services import disputes, repeated_charges, reviews, settlement_reviews, unreadable
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.matching import mismatches
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus, RefundStatus
from storefront.core import clock
from storefront.core.sentences import Sentence
from storefront.gateways.errors import MissingRight, UnsupportedOperation
from storefront.gateways.payments.base import PaymentGateway, PaymentSnapshot, RemoteState
from storefront.gateways.payments.disputes import DisputeStage

logger = logging.getLogger(__name__)

#: A charge may be paid a day after it was opened, a bank debit settle two weeks later, a refund come later still.
LOOK_BACK = timedelta(days=45)
#: Attempts that we count as over: a page of theirs that is still open leads nobody anywhere, and is closed.
GIVEN_UP = (AttemptStatus.FAILED, AttemptStatus.CANCELLED)


def reconcile() -> int:
    """Compare with every provider that can list its charges. What a second look does not mend goes before the staff,
    once. Returns the number of differences. Raises Unavailable if a provider does not answer (the job shows it)."""
    return sum_of_each(lambda name: reconcile_gateway(name, since=clock.now() - LOOK_BACK))


def reconcile_gateway(name: str, *, since: datetime) -> int:
    """One provider's charges opened since ``since`` (UTC)."""
    adapter = gateway(name)
    try:
        listed = adapter.find_recent(since=since)
    except UnsupportedOperation:
        return _refunded(name, since) + _disputed(name, _began(adapter, since))
    differences = 0
    for each in listed:
        if isinstance(each, PaymentSnapshot):
            differences += _compare(name, each)
        else:
            differences += settlement_reviews.unreadable(name, each)
    charges = _began(adapter, since)
    theirs = {each.provider_reference for each in listed}
    return differences + _missing(name, theirs, since) + _refunded(name, since) + _disputed(name, charges)


def _began(adapter: PaymentGateway, since: datetime) -> Sequence[str]:
    """Charges about which a dispute began since then."""
    try:
        return adapter.find_disputed(since=since)
    except MissingRight:  # staff have been told
        return ()


def _refunded(name: str, since: datetime) -> int:
    """Refunds booked lately, of payments however old: one may have failed, and another begun, while nobody heard."""
    booked = Refund.objects.filter(status__in=[RefundStatus.PENDING, RefundStatus.SUCCEEDED], created_at__gte=since)
    attempts = PaymentAttempt.objects.filter(gateway=name, payment__refunds__in=booked).select_related("payment")
    differences = 0
    for attempt in attempts.distinct():
        rows = attempt.payment.refunds.values_list("reference", "status")
        before = list(rows.all())
        unreadable.ask(attempt, look_for_refunds=True)
        differences += before != list(rows.all())
    return differences


def _disputed(name: str, charges: Sequence[str]) -> int:
    """Disputes that began lately, about payments however old, and those that are undecided as far as we know."""
    stages = [stage.value for stage in DisputeStage if stage not in disputes.DECIDED]
    undecided = Q(payment__disputes__stage__in=stages)
    undecided |= Q(payment__is_disputed=True, payment__disputes=None)  # from before disputes were kept
    paid = PaymentAttempt.objects.filter(gateway=name, status=AttemptStatus.SUCCEEDED).select_related("payment")
    differences = 0
    for attempt in paid.filter(Q(charge_reference__in=charges) | undecided).distinct():
        rows = attempt.payment.disputes.values_list("reference", "changed_at")
        before = list(rows.all())
        unreadable.ask(attempt, look_for_disputes=True)
        differences += before != list(rows.all())
    return differences


def _compare(name: str, snapshot: PaymentSnapshot) -> int:
    attempts = PaymentAttempt.objects.filter(gateway=name).select_related("invoice", "payment")
    attempt = attempts.filter(provider_reference=snapshot.provider_reference).first()
    if attempt is None and snapshot.our_reference:
        attempt = attempts.filter(public_id=snapshot.our_reference, provider_reference=None).first()
    if attempt is None:
        return _unknown(name, snapshot)
    if _agrees(attempt, snapshot):
        return 0
    settled = unreadable.ask(attempt, provider_reference=snapshot.provider_reference)
    if settled is None:
        return 1
    attempt = settled
    if snapshot.state is RemoteState.OPEN and attempt.status in GIVEN_UP:
        attempt = cancel_attempt(attempt)
        logger.warning("reconciliation: %s, which nobody can reach, is closed", snapshot.provider_reference)
        return 1
    logger.warning("reconciliation: attempt %s differed from %s", attempt.pk, name)
    if not _agrees(attempt, snapshot) and not mismatches(attempt, attempt.invoice, snapshot):
        _file_difference(name, attempt, snapshot)
    return 1


def _agrees(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> bool:
    succeeded = snapshot.state is RemoteState.SUCCEEDED
    if repeated_charges.unnoted(attempt, snapshot):
        return False
    if succeeded != (attempt.status == AttemptStatus.SUCCEEDED):
        return False
    if not succeeded:
        is_open = snapshot.state in (RemoteState.OPEN, RemoteState.WAITING, RemoteState.PROCESSING)
        if is_open and attempt.is_given_up:
            return True  # a voucher that the provider cannot withdraw
        return is_open == (attempt.status in OPEN_ATTEMPT)
    if snapshot.amount_refunded not in (None, attempt.payment.amount_refunded):
        return False
    return (snapshot.amount, snapshot.currency) == (attempt.amount, attempt.currency)


def _unknown(name: str, snapshot: PaymentSnapshot) -> int:
    """A charge no row of ours explains; only money matters."""
    if snapshot.state is not RemoteState.SUCCEEDED:
        return 0
    reviews.file(
        key=f"unknown-charge:{name}:{snapshot.provider_reference}",
        kind="unknown_charge",
        detail=[
            Sentence(
                _(
                    "%(gateway)s took %(amount)s %(currency)s (%(theirs)s, reference %(ours)s), and no payment of ours "
                    "says so."
                ),
                {
                    "gateway": name,
                    "amount": snapshot.amount,
                    "currency": snapshot.currency,
                    "theirs": snapshot.provider_reference,
                    "ours": snapshot.our_reference or "–",
                },
            )
        ],
    )
    return 1


def _missing(name: str, theirs: Collection[str], since: datetime) -> int:
    """Payments of ours that the provider did not list."""
    # A margin at the edge: the provider's clock and ours differ.
    ours = PaymentAttempt.objects.filter(gateway=name, created_at__gte=since + timedelta(hours=1))
    ours = ours.filter(status=AttemptStatus.SUCCEEDED).exclude(provider_reference=None).select_related("invoice")
    missing = 0
    for attempt in ours.exclude(provider_reference__in=list(theirs)):
        reviews.file(
            key=f"missing-charge:{attempt.public_id}",
            kind="missing_charge",
            detail=[
                Sentence(
                    _("%(gateway)s does not list %(reference)s (%(amount)s %(currency)s)."),
                    {
                        "gateway": name,
                        "reference": attempt.provider_reference,
                        "amount": attempt.amount,
                        "currency": attempt.currency,
                    },
                )
            ],
            attempt=attempt,
            invoice=attempt.invoice,
        )
        missing += 1
    return missing


def _file_difference(name: str, attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    text = _(
        "%(gateway)s says %(state)s, %(amount)s %(currency)s, refunded %(refunded)s; we say %(our_state)s, "
        "%(our_amount)s %(our_currency)s, refunded %(our_refunded)s."
    )
    values = {
        "gateway": name, "state": snapshot.state, "amount": snapshot.amount, "currency": snapshot.currency,
        "refunded": snapshot.amount_refunded, "our_state": attempt.status, "our_amount": attempt.amount,
        "our_currency": attempt.currency,
        "our_refunded": attempt.payment.amount_refunded if attempt.status == AttemptStatus.SUCCEEDED else 0,
    }  # fmt: skip
    reviews.file(
        key=f"difference:{attempt.public_id}:{snapshot.state}:{snapshot.amount_refunded}",
        kind="difference",
        detail=[Sentence(text, values)],
        attempt=attempt,
        invoice=attempt.invoice,
    )
