"""A method that a provider has saved becomes one of the customer's."""

from __future__ import annotations

import logging

from django.db.models import Q

from storefront.billing.models import Mandate, MethodSetup, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import SHOWN, SavedMethodStatus, Scope
from storefront.billing.saved_methods import mandates
from storefront.billing.signals import method_saved
from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot
from storefront.users.models import User

logger = logging.getLogger(__name__)

_STATUS = {
    MethodState.PENDING: SavedMethodStatus.PENDING,
    MethodState.ACTIVE: SavedMethodStatus.ACTIVE,
    MethodState.GONE: SavedMethodStatus.REVOKED,
}


def of_payment(attempt: PaymentAttempt, found: SavedMethodSnapshot | None) -> SavedMethod | None:
    """Keep what was saved with a payment, and tie the mandates to it that were given with it. None if nothing was: the
    provider may save nothing of what the buyer chose to pay with. In the transaction that settles the payment; asked
    again it changes nothing, but for an id that was not known at first."""
    if found is None or not attempt.saving:
        return None
    method = _of_attempt(attempt)
    if method is not None and method.status != SavedMethodStatus.PENDING:
        return method
    method = method or _mine(attempt.invoice.customer, attempt.gateway, found, is_live=attempt.is_live)
    if method is None:
        return None
    method.initial_reference = method.initial_reference or attempt.charge_reference
    return _kept(method, found, Q(attempt=attempt))


def of_setup(setup: MethodSetup, found: SavedMethodSnapshot) -> SavedMethod | None:
    """Keep what was saved without a payment. Needs a transaction with the customer's lock. None if it is another's."""
    method = setup.method or _mine(setup.customer, setup.gateway, found, is_live=setup.is_live)
    return _kept(method, found, Q(setup=setup)) if method else None


def follow(method: SavedMethod, found: SavedMethodSnapshot) -> None:
    """Take over what the provider says of a locked method now: a new card, its end. One that was refused for good is
    charged again only if it is another card now; what waited for it goes on at once (``method_saved``)."""
    if method.status not in SHOWN:
        return
    if found.state is MethodState.GONE:
        revoke(method)
        return
    before = _card(method)
    _describe(method, found)
    was_usable = method.status == SavedMethodStatus.ACTIVE
    if method.status != SavedMethodStatus.NEEDS_BUYER or _card(method) != before:
        method.status, method.problem_code = _STATUS[found.state], ""
    method.save()
    if method.status == SavedMethodStatus.ACTIVE and not was_usable:
        method_saved.send(sender=SavedMethod, method=method)


def revoke(method: SavedMethod) -> None:
    """The buyer withdrew a locked method at the bank or the provider: never charged again."""
    method.status, method.is_default = SavedMethodStatus.REVOKED, False
    method.save(update_fields=["status", "is_default"])
    mandates.end_all_of(method, by=mandates.PROVIDER)


def mark_dead(method: SavedMethod, code: str) -> None:
    """A locked method was refused for good. Its mandates stand: the provider may send a new card number."""
    if method.status == SavedMethodStatus.ACTIVE:
        method.status, method.problem_code = SavedMethodStatus.NEEDS_BUYER, code[:100]
        method.save(update_fields=["status", "problem_code"])


def _of_attempt(attempt: PaymentAttempt) -> SavedMethod | None:
    """What was kept of this payment before."""
    return SavedMethod.objects.filter(mandates__attempt=attempt).order_by("pk").first()


def _mine(customer: User, gateway: str, found: SavedMethodSnapshot, *, is_live: bool) -> SavedMethod | None:
    """The customer's own row for it, or a new one. A provider's account that two customers of ours share stays with the
    first: their row is never given to another."""
    known = None
    if found.method_reference:
        known = SavedMethod.objects.filter(
            gateway=gateway, is_live=is_live, method_reference=found.method_reference
        ).first()
    if known is not None and known.customer_id != customer.pk:
        logger.warning("a method of %s is kept for another customer already (%s)", gateway, known.public_id)
        return None
    return known or SavedMethod(customer=customer, gateway=gateway, is_live=is_live)


def _kept(method: SavedMethod, found: SavedMethodSnapshot, agreed: Q) -> SavedMethod:
    """A method that was saved again is the customer's again, also after its removal: they have just agreed to it."""
    _describe(method, found)
    method.status, method.problem_code = _STATUS[found.state], ""
    method.removed_at = method.forgotten_at = None
    method.is_default = method.is_default or not _has_default(method.customer)
    method.save()
    for mandate in Mandate.objects.filter(agreed, method=None, ended_at=None).order_by("pk"):
        _tie(mandate, method)
    method_saved.send(sender=SavedMethod, method=method)
    return method


def _tie(mandate: Mandate, method: SavedMethod) -> None:
    """From now on the mandate allows charges of the method, and the one before it none. Of pressing oneself each method
    has its own."""
    for before in mandates.live(mandate.customer, mandate.scope, mandate.subject):
        if mandate.scope != Scope.ATTENDED or before.method_id == method.pk:
            mandates.end(before, by=mandates.REPLACED)
    mandate.method = method
    mandate.save(update_fields=["method"])


def _describe(method: SavedMethod, found: SavedMethodSnapshot) -> None:
    method.provider_customer = found.provider_customer or method.provider_customer
    method.method_reference = found.method_reference or method.method_reference
    method.kind, method.brand, method.last4 = found.kind[:30], found.brand[:40], found.last4[:4]
    method.email, method.wallet = found.email[:100], found.wallet[:40]
    method.fingerprint = found.fingerprint[:100]
    method.expiry = SavedMethod.last_day(*found.expiry) if found.expiry else None


def _card(method: SavedMethod) -> tuple[object, ...]:
    """What differs once its network or bank has given out another one."""
    return method.method_reference, method.last4, method.expiry, method.fingerprint


def _has_default(customer: User) -> bool:
    return SavedMethod.objects.filter(customer=customer, is_default=True).exists()
