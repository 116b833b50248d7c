"""Invariants of renewals, for the auditor. A check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, F, Q

from storefront.billing.models import Mandate, PaymentAttempt
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods.mandates import digest
from storefront.billing.states import AttemptStatus
from storefront.core.audit import Finding
from storefront.licensing.models import Renewal, Subscription
from storefront.licensing.states import AHEAD_RENEWAL, UNPAID_RENEWAL, RenewalStatus, SubscriptionStatus
from storefront.licensing.subscriptions.consents import PREFIX


def checks() -> Iterator[Finding]:
    yield from _charged_twice()
    yield from _charged_wrongly()
    yield from _after_the_end()
    yield from _mandates()
    yield from _loose()


def _charges() -> Q:
    return Q(mandate__scope=Scope.RENEWAL, mandate__subject__startswith=PREFIX)


def _charged_twice() -> Iterator[Finding]:
    """The invoice of a period has one charge that took money."""
    taken = PaymentAttempt.objects.filter(_charges(), status=AttemptStatus.SUCCEEDED)
    twice = taken.values("invoice__number").annotate(number=Count("pk")).filter(number__gt=1)
    for row in twice:
        yield Finding("renewal-charged-twice", row["invoice__number"], f"{row['number']} charges")


def _charged_wrongly() -> Iterator[Finding]:
    """No charge is above what was agreed to, before its day, or for another than a renewal."""
    attempts = PaymentAttempt.objects.filter(_charges())
    above = attempts.filter(amount__gt=F("mandate__amount_limit"))
    for attempt in above.select_related("mandate"):
        limit = attempt.mandate.amount_limit if attempt.mandate else None
        yield Finding("renewal-above-agreed", str(attempt), f"{attempt.amount} of {limit}")
    for attempt in attempts.filter(created_at__lt=F("invoice__renewal__due_at")):
        yield Finding("renewal-before-its-day", str(attempt))
    for attempt in attempts.filter(created_at__lt=F("mandate__agreed_at")):
        yield Finding("renewal-before-consent", str(attempt))


def _after_the_end() -> Iterator[Finding]:
    """No charge was begun after its mandate ended."""
    for attempt in PaymentAttempt.objects.filter(_charges(), created_at__gt=F("mandate__ended_at")):
        yield Finding("renewal-after-stop", str(attempt))
    stopped = Subscription.objects.filter(status=SubscriptionStatus.STOPPED).exclude(stopped_at=None)
    late = Renewal.objects.filter(subscription__in=stopped, tries__begun_at__gt=F("subscription__stopped_at"))
    for row in late.distinct():
        yield Finding("renewal-try-after-stop", row.public_id)


def _mandates() -> Iterator[Finding]:
    """Every mandate has the text that was agreed to, and its hash."""
    for pk, text, sha256 in Mandate.objects.values_list("pk", "text", "sha256").iterator(chunk_size=500):
        if not text or digest(text) != sha256:
            yield Finding("mandate-text", str(pk))


def _loose() -> Iterator[Finding]:
    """What is stopped has nothing planned; what is charged has an invoice; what is paid one that is or was."""
    ahead = Renewal.objects.filter(status__in=(*AHEAD_RENEWAL, *UNPAID_RENEWAL))
    for row in ahead.exclude(subscription__status=SubscriptionStatus.ACTIVE):
        yield Finding("renewal-of-none", row.public_id, row.status)
    for row in Renewal.objects.filter(status__in=(*UNPAID_RENEWAL, RenewalStatus.PAID), invoice=None):
        yield Finding("renewal-without-invoice", row.public_id, row.status)
