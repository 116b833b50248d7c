"""Removing a saved method: every charge of it stops at once; the provider is told afterwards, until it knows."""

from __future__ import annotations

import logging

from django.db import transaction

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import SavedMethod
from storefront.billing.models.saved_methods import SHOWN, SavedMethodStatus
from storefront.billing.saved_methods import mandates
from storefront.billing.signals import method_ended
from storefront.core import clock, states
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import ConfigurationError, GatewayError, NotFound, UnsupportedOperation
from storefront.users.models import User

logger = logging.getLogger(__name__)


def remove(method: SavedMethod, *, by: str = mandates.CUSTOMER) -> bool:
    """Remove a method: nothing is charged to it from now on, whatever is planned. False if it was gone before."""
    with transaction.atomic():
        states.lock(User(pk=method.customer_id))
        locked = states.lock(method)
        if locked.status not in SHOWN:
            return False
        was_default = locked.is_default
        locked.status, locked.is_default = SavedMethodStatus.REMOVED, False
        locked.removed_at = clock.now()
        locked.save(update_fields=["status", "is_default", "removed_at"])
        mandates.end_all_of(locked, by=by)
        if was_default:
            _choose_default(locked.customer_id)
        method_ended.send(sender=SavedMethod, method=locked, by=by)
    return True


def replace(old: SavedMethod, new: SavedMethod) -> None:
    """Remove a method that the customer has put another one in the place of. What they agreed to with the new one has
    ended the mandates of the old one already. Needs a transaction."""
    was_default = old.is_default
    if remove(old, by=mandates.REPLACED) and was_default:
        set_default(new)


def set_default(method: SavedMethod) -> bool:
    """Make it the one that is offered first. False if it cannot be charged."""
    with transaction.atomic():
        states.lock(User(pk=method.customer_id))
        locked = states.lock(method)
        if locked.status != SavedMethodStatus.ACTIVE:
            return False
        SavedMethod.objects.filter(customer=locked.customer_id, is_default=True).update(is_default=False)
        locked.is_default = True
        locked.save(update_fields=["is_default"])
    return True


def forget_removed(*, limit: int = 100) -> int:
    """A worker's job: tell providers to forget what was removed. One that does not answer is told again next time.

    Returns how many were told.
    """
    rows = SavedMethod.objects.filter(
        status__in=[SavedMethodStatus.REMOVED, SavedMethodStatus.REVOKED], forgotten_at=None
    ).order_by("pk")
    return sum(_forget(method) for method in rows[:limit])


def _forget(method: SavedMethod) -> bool:
    """The id goes with it: what is kept are the digits, for the papers."""
    try:
        if method.method_reference:
            with time_limit(WORKER_SECONDS):
                gateway(method.gateway).forget_method(method.provider_customer, method.method_reference)
    except (NotFound, UnsupportedOperation):
        pass  # it keeps nothing that it could forget
    except (GatewayError, ConfigurationError) as exc:
        logger.warning("saved method %s: not forgotten yet (%s)", method.public_id, type(exc).__name__)
        return False
    gone = SavedMethod.objects.filter(pk=method.pk, status=method.status)
    return bool(gone.update(forgotten_at=clock.now(), method_reference=None))


def _choose_default(customer_id: int) -> None:
    newest = SavedMethod.objects.filter(customer=customer_id, status=SavedMethodStatus.ACTIVE).order_by("-pk").first()
    if newest is not None:
        newest.is_default = True
        newest.save(update_fields=["is_default"])
