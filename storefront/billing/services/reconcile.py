"""Comparing the provider's charges with our rows, in both directions."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from storefront.billing.gateway_registry import gateway, names
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import disputes, reviews
from storefront.billing.services.cancelling import cancel_attempt
from storefront.billing.services.settlement import mismatches, settle
from storefront.billing.states import OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock
from storefront.gateways.errors import MissingRight, UnsupportedOperation
from storefront.gateways.payments.base import PaymentSnapshot, RemoteState
from storefront.gateways.payments.disputes import DisputeStage

logger = logging.getLogger(__name__)

#: A charge may be paid a day after it was opened, a bank debit settle two weeks later, a refund come later still.
LOOK_BACK = timedelta(days=45)
#: Attempts that we count as over: a page of theirs that is still open leads nobody anywhere, and is closed.
GIVEN_UP = (AttemptStatus.FAILED, AttemptStatus.CANCELLED)


def reconcile() -> int:
    """Compare with every provider that can list its charges. What a second look does not mend goes before the staff,
    once. Returns the number of differences. Raises Unavailable if a provider does not answer (the job shows it)."""
    return sum(reconcile_gateway(name, since=clock.now() - LOOK_BACK) for name in names())


def reconcile_gateway(name: str, *, since: datetime) -> int:
    """One provider's charges opened since ``since`` (UTC)."""
    adapter = gateway(name)
    try:
        theirs = {snapshot.provider_reference: snapshot for snapshot in adapter.find_recent(since=since)}
    except UnsupportedOperation:
        return 0
    differences = sum(_compare(name, snapshot) for snapshot in theirs.values())
    try:
        charges = adapter.find_disputed(since=since)
    except MissingRight:  # staff have been told
        charges = ()
    return differences + _missing(name, theirs, since) + _disputed(name, charges)


def _disputed(name: str, charges: Sequence[str]) -> int:
    """Disputes that began lately, about payments however old, and those that are undecided as far as we know."""
    undecided = Q(disputes__stage__in=[stage.value for stage in DisputeStage if stage not in disputes.DECIDED])
    undecided |= Q(is_disputed=True, disputes=None)  # from before disputes were kept
    known = PaymentAttempt.objects.filter(gateway=name, status=AttemptStatus.SUCCEEDED)
    found = 0
    for payment in known.filter(Q(charge_reference__in=charges) | undecided).distinct():
        before = list(payment.disputes.values_list("reference", "changed_at"))
        settle(attempt_id=payment.pk, look_for_disputes=True)
        found += before != list(payment.disputes.values_list("reference", "changed_at"))
    return found


def _compare(name: str, snapshot: PaymentSnapshot) -> int:
    payments = PaymentAttempt.objects.filter(gateway=name).select_related("invoice")
    payment = payments.filter(provider_reference=snapshot.provider_reference).first()
    if payment is None and snapshot.our_reference:
        payment = payments.filter(public_id=snapshot.our_reference, provider_reference=None).first()
    if payment is None:
        return _unknown(name, snapshot)
    if _agrees(payment, snapshot):
        return 0
    payment = settle(attempt_id=payment.pk, provider_reference=snapshot.provider_reference)
    if snapshot.state is RemoteState.OPEN and payment.status in GIVEN_UP:
        payment = cancel_attempt(payment)
        logger.warning("reconciliation: %s, which nobody can reach, is closed", snapshot.provider_reference)
        return 1
    logger.warning("reconciliation: payment %s differed from %s", payment.pk, name)
    if not _agrees(payment, snapshot) and not mismatches(payment, payment.invoice, snapshot):
        _file_difference(name, payment, snapshot)
    return 1


def _agrees(payment: PaymentAttempt, snapshot: PaymentSnapshot) -> bool:
    succeeded = snapshot.state is RemoteState.SUCCEEDED
    if succeeded != (payment.status == AttemptStatus.SUCCEEDED):
        return False
    if not succeeded:
        is_open = snapshot.state in (RemoteState.OPEN, RemoteState.WAITING, RemoteState.PROCESSING)
        if is_open and payment.is_given_up:
            return True  # a voucher that the provider cannot withdraw
        return is_open == (payment.status in OPEN_ATTEMPT)
    if snapshot.amount_refunded not in (None, payment.amount_refunded):
        return False
    return (snapshot.amount, snapshot.currency) == (payment.amount, payment.currency)


def _unknown(name: str, snapshot: PaymentSnapshot) -> int:
    """A charge no row of ours explains; only money matters."""
    if snapshot.state is not RemoteState.SUCCEEDED:
        return 0
    reviews.file(
        key=f"unknown-charge:{name}:{snapshot.provider_reference}",
        kind="unknown_charge",
        detail=(
            f"{name} took {snapshot.amount} {snapshot.currency} ({snapshot.provider_reference}, reference "
            f"{snapshot.our_reference or 'none'}), and no payment of ours says so."
        ),
    )
    return 1


def _missing(name: str, theirs: Mapping[str, PaymentSnapshot], since: datetime) -> int:
    """Payments we count on that the provider did not list."""
    # A margin at the edge: the provider's clock and ours differ.
    ours = PaymentAttempt.objects.filter(gateway=name, created_at__gte=since + timedelta(hours=1))
    ours = ours.filter(status=AttemptStatus.SUCCEEDED).exclude(provider_reference=None).select_related("invoice")
    found = 0
    for payment in ours.exclude(provider_reference__in=list(theirs)):
        reviews.file(
            key=f"missing-charge:{payment.public_id}",
            kind="missing_charge",
            detail=f"{name} does not list {payment.provider_reference} ({payment.amount} {payment.currency}).",
            payment=payment,
            invoice=payment.invoice,
        )
        found += 1
    return found


def _file_difference(name: str, payment: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    reviews.file(
        key=f"difference:{payment.public_id}:{snapshot.state}:{snapshot.amount_refunded}",
        kind="difference",
        detail=(
            f"{name} says {snapshot.state}, {snapshot.amount} {snapshot.currency}, "
            f"refunded {snapshot.amount_refunded}; we say {payment.status}, {payment.amount} {payment.currency}, "
            f"refunded {payment.amount_refunded}."
        ),
        payment=payment,
        invoice=payment.invoice,
    )
