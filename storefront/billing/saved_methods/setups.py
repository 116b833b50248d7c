"""Saving a method without a payment: a page at the provider, and what became of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from storefront.billing import gateway_registry
from storefront.billing.errors import PaymentRefused, PaymentUnavailable
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import MethodSetup, SavedMethod
from storefront.billing.saved_methods import adopting, mandates, removing
from storefront.billing.saved_methods.mandates import Terms
from storefront.billing.saved_methods.requests import setup_request
from storefront.billing.services import payment_methods
from storefront.core import clock, queue, states
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, KeySpent, NotFound
from storefront.gateways.payments.base import Feature, RemoteState
from storefront.gateways.payments.saved_methods import SetupSnapshot
from storefront.users.models import User

logger = logging.getLogger(__name__)

#: How long a page is asked about, and how often.
WATCHED, GAP = timedelta(days=3), timedelta(minutes=2)
LEASE = timedelta(minutes=2)
_OPEN = (MethodSetup.Status.CREATED, MethodSetup.Status.PENDING)


def offered() -> list[str]:
    """The payment methods that save one without a payment, in the seller's order."""
    return [name for name in payment_methods.offered() if can_set_up(name)]


def can_set_up(name: str) -> bool:
    """Whether a method's provider saves one without a payment."""
    return name in gateway_registry.names() and Feature.METHOD_SETUP in gateway_registry.features(name)


def start(
    *, customer: User, gateway_name: str, currency: str, language: str, terms: Sequence[Terms],
    replaces: SavedMethod | None = None,
) -> MethodSetup:  # fmt: skip
    """Open a page at the provider for a customer who has agreed to ``terms``; send them to its ``redirect_url``.

    Not inside a transaction. Raises PaymentRefused, PaymentUnavailable.
    """
    try:
        adapter = gateway(gateway_name)
    except ConfigurationError as exc:
        raise PaymentUnavailable from exc
    with transaction.atomic(durable=True):
        customer = states.lock(User(pk=customer.pk))
        setup = MethodSetup.objects.create(
            customer=customer,
            gateway=gateway_name,
            is_live=adapter.is_live,
            currency=currency,
            language=language,
            is_unattended=True,
            replaces=replaces,
            next_check_at=clock.now() + GAP,
        )
        for each in terms:
            mandates.agree(customer=customer, terms=each, setup=setup)
    return _open(setup)


def finish(setup: MethodSetup) -> MethodSetup:
    """Ask the provider what became of the page; keep what was saved. Idempotent. Not inside a transaction.

    Raises PaymentUnavailable while that is unknown.
    """
    if setup.status not in _OPEN or not setup.provider_reference:
        return setup
    try:
        found = gateway(setup.gateway).finish_setup(setup.provider_reference, idempotency_key=setup.idempotency_key)
    except (NotFound, Declined) as refusal:
        return _close(setup, MethodSetup.Status.FAILED, refusal.code)
    except (GatewayError, ConfigurationError) as exc:
        raise PaymentUnavailable from exc
    return _record(setup, found)


def look_at_due() -> int:
    """A worker's job: ask about pages that nobody came back from. Returns how many were looked at."""
    rows = MethodSetup.objects.filter(status__in=_OPEN)
    return queue.drain(lambda: queue.claim_next(rows, field="next_check_at", lease=LEASE), _look)


def _open(setup: MethodSetup) -> MethodSetup:
    try:
        started = gateway(setup.gateway).start_setup(setup_request(setup))
    except Declined as refusal:
        _close(setup, MethodSetup.Status.FAILED, refusal.code)
        raise PaymentRefused(refusal.code) from refusal
    except KeySpent as failure:
        _close(setup, MethodSetup.Status.FAILED, failure.code)
        raise PaymentUnavailable from failure
    except (GatewayError, ConfigurationError) as unknown:
        raise PaymentUnavailable from unknown
    with transaction.atomic(durable=True):
        setup = states.lock(setup)
        setup.provider_reference, setup.redirect_url = started.provider_reference, started.redirect_url
        if setup.status == MethodSetup.Status.CREATED:
            setup.status = MethodSetup.Status.PENDING
        setup.save(update_fields=["provider_reference", "redirect_url", "status"])
    return setup


def _record(setup: MethodSetup, found: SetupSnapshot) -> MethodSetup:
    is_ours = found.our_reference in ("", setup.public_id) and found.is_live == setup.is_live
    if not is_ours:
        logger.warning("setup %s: the provider's page is not ours", setup.pk)
        return _close(setup, MethodSetup.Status.FAILED, "mismatch")
    if found.state is RemoteState.FAILED:
        return _close(setup, MethodSetup.Status.FAILED, found.failure_code)
    if found.state is RemoteState.EXPIRED:
        return _close(setup, MethodSetup.Status.CANCELLED, "")
    if found.state is not RemoteState.SUCCEEDED or found.method is None:
        return setup
    with transaction.atomic(durable=True):
        customer = states.lock(User(pk=setup.customer_id))
        setup = states.lock(setup)
        if setup.status not in _OPEN:
            return setup
        setup.customer = customer
        setup.method = adopting.of_setup(setup, found.method)
        setup.status = MethodSetup.Status.DONE if setup.method else MethodSetup.Status.FAILED
        setup.next_check_at = None
        setup.save(update_fields=["method", "status", "next_check_at"])
        if setup.method and setup.replaces and setup.replaces_id != setup.method_id:
            removing.replace(setup.replaces, setup.method)
    return setup


def _close(setup: MethodSetup, status: str, code: str) -> MethodSetup:
    with transaction.atomic(durable=True):
        setup = states.lock(setup)
        if setup.status in _OPEN:
            setup.status, setup.failure_code, setup.next_check_at = status, code[:100], None
            setup.save(update_fields=["status", "failure_code", "next_check_at"])
    return setup


def _look(setup: MethodSetup) -> int:
    if clock.now() - setup.created_at > WATCHED:
        _close(setup, MethodSetup.Status.CANCELLED, "abandoned")
        return 1
    try:
        with time_limit(WORKER_SECONDS):
            found = finish(setup) if setup.provider_reference else _open(setup)
    except (PaymentUnavailable, PaymentRefused):
        found = setup
    if found.status in _OPEN:
        queue.put_back(found, field="next_check_at", at=clock.now() + GAP)
    return 1
