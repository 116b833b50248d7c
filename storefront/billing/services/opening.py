"""Opening the charge of one attempt at its provider, and noting what became of it."""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing import links
from storefront.billing.errors import CannotBeCharged, PaymentRefused, PaymentUnavailable
from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Mandate, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import CHARGEABLE
from storefront.billing.saved_methods.requests import charge_request, save_request
from storefront.billing.services import answers, charged_lines, orders, reviews
from storefront.billing.services.locking import lock_attempt
from storefront.billing.services.settlement import settle
from storefront.billing.states import ATTEMPT_TRANSITIONS, OPEN_ATTEMPT, AttemptStatus
from storefront.core import clock, states
from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, KeySpent
from storefront.gateways.payments.base import StartedPayment, StartRequest

logger = logging.getLogger(__name__)

#: ``PaymentAttempt.failure_code`` of an attempt whose key the provider only answers with a failure of its own.
PROVIDER_FAILED = "provider_failed"
#: Of a charge whose saved method was removed, or whose mandate ended, before the provider was asked.
NOT_ALLOWED = "not_allowed"


def resume(attempt: PaymentAttempt) -> PaymentAttempt:
    """Ask the provider to open the charge of an attempt it may know already; the key makes a second call harmless.

    An attempt that can no longer be opened under its key comes back closed: nobody knows the address of a page that the
    provider may have opened for it, and reconciliation closes that page. Raises PaymentRefused or PaymentUnavailable
    as ``starting.start`` does.
    """
    try:
        adapter = gateway(attempt.gateway)
        if clock.now() - attempt.created_at > adapter.key_lifetime:
            return close(attempt.pk, AttemptStatus.FAILED, failure_code="abandoned")
        if attempt.saved_method_id is None:
            started = adapter.start(start_request(attempt))
        elif is_allowed(attempt):
            started = adapter.charge(charge_request(attempt))
        else:
            return close(attempt.pk, AttemptStatus.FAILED, failure_code=NOT_ALLOWED)
    except Declined as refusal:
        logger.warning("attempt %s refused: %s", attempt.pk, refusal.code)
        close(attempt.pk, AttemptStatus.FAILED, failure_code=refusal.code, is_refused=True)
        if refusal.is_curable or attempt.saved_method_id is not None:  # another method may pay
            raise PaymentRefused(refusal.code) from refusal
        reviews.file_cannot_charge(invoice=attempt.invoice, gateway=attempt.gateway, code=refusal.code)
        raise CannotBeCharged(refusal.code) from refusal
    except KeySpent as failure:
        logger.warning("attempt %s: its key only brings a failure (%s)", attempt.pk, failure.code)
        return close(attempt.pk, AttemptStatus.FAILED, failure_code=PROVIDER_FAILED, unless_opened=True)
    except (GatewayError, ConfigurationError) as unknown:
        return _opened_meanwhile(attempt, unknown)
    attempt = opened(attempt.pk, started)
    return attempt if attempt.redirect_url else settle(attempt_id=attempt.pk)


def close(
    attempt_id: int,
    status: AttemptStatus,
    *,
    failure_code: str = "",
    unless_opened: bool = False,
    is_refused: bool = False,
) -> PaymentAttempt:
    """End an open attempt unpaid; the order may be paid anew. A closed attempt is left as it is, with ``unless_opened``
    also one that a concurrent call has opened at the provider. ``is_refused``: the provider said so itself."""
    with transaction.atomic(durable=True):
        attempt = lock_attempt(attempt_id)
        is_opened = attempt.provider_reference is not None
        if is_refused:
            answers.note_refusal(attempt, failure_code)
        if attempt.status in OPEN_ATTEMPT and not (unless_opened and is_opened):
            states.apply(
                attempt, status, table=ATTEMPT_TRANSITIONS, failure_code=failure_code[:100], next_check_at=None
            )
            orders.follow_attempts(attempt.invoice)
    return attempt


def opened(attempt_id: int, started: StartedPayment) -> PaymentAttempt:
    """Note what the provider opened. Two callers with one key get the same answer; the second finds it noted.

    Only the attempt's own row changes, so nothing else is locked.
    """
    with transaction.atomic(durable=True):
        attempt = states.lock(PaymentAttempt(pk=attempt_id))
        noted = ["provider_reference", "redirect_url", "expires_at"] if attempt.provider_reference is None else []
        if noted:
            attempt.provider_reference = started.provider_reference
            attempt.redirect_url = started.redirect_url
            attempt.expires_at = started.expires_at or attempt.expires_at
        if attempt.status == AttemptStatus.CREATED:
            values = {name: getattr(attempt, name) for name in noted}
            states.apply(attempt, AttemptStatus.PENDING, table=ATTEMPT_TRANSITIONS, **values)
        elif noted:
            # Given up meanwhile: the worker closes what was opened after all.
            attempt.next_check_at = clock.now()
            attempt.save(update_fields=[*noted, "next_check_at"])
    return attempt


def is_allowed(attempt: PaymentAttempt) -> bool:
    """Whether the saved method may still be charged, and its mandate stands, as the rows say right now."""
    chargeable = SavedMethod.objects.filter(attempts=attempt, status__in=CHARGEABLE)
    stands = attempt.mandate_id is None or Mandate.objects.filter(charges=attempt, ended_at=None).exists()
    return stands and chargeable.exclude(method_reference=None).exists()


def start_request(attempt: PaymentAttempt) -> StartRequest:
    """Derived from frozen rows only, so that a retry asks for exactly the same."""
    invoice = attempt.invoice
    return StartRequest(
        idempotency_key=attempt.idempotency_key,
        our_reference=attempt.public_id,
        amount=attempt.amount,
        currency=attempt.currency,
        description=invoice.number,
        lines=charged_lines.lines_of(attempt),
        customer_email=invoice.payer.get("email", ""),
        return_url=links.return_url(attempt),
        cancel_url=links.cancel_url(invoice),
        expires_at=attempt.expires_at or attempt.created_at + gateway(attempt.gateway).page_lifetime,
        language=invoice.language,
        metadata={"invoice": invoice.number},
        save=save_request(attempt),
    )


def _opened_meanwhile(attempt: PaymentAttempt, unknown: Exception) -> PaymentAttempt:
    """We got no answer; a concurrent call or a webhook may have had one."""
    logger.warning("attempt %s: outcome unknown (%s)", attempt.pk, type(unknown).__name__)
    attempt.refresh_from_db()
    if attempt.status == AttemptStatus.CREATED:
        raise PaymentUnavailable from unknown
    return attempt
