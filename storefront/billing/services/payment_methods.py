"""Which payment methods buyers are offered: those of the settings that staff have not stopped.

Stopping one concerns new charges alone. Pages that buyers have open are not withdrawn, and money under way arrives,
is refunded and is reconciled as before.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction

from storefront.billing import gateway_registry
from storefront.billing.errors import MethodStopped
from storefront.billing.models import PaymentMethod
from storefront.core import clock, states
from storefront.users.models import User


class NothingToSwitch(Exception):
    """The method is in that state already."""


def offered() -> tuple[str, ...]:
    """Names of the methods that buyers may choose, in the order of the settings. One query."""
    stopped = set(PaymentMethod.objects.filter(is_stopped=True).values_list("name", flat=True))
    return tuple(
        name for name in gateway_registry.names() if name not in stopped and not gateway_registry.missing(name)
    )


def check(name: str) -> None:
    """Let nobody stop the method until the transaction ends. Raises MethodStopped if that was done before.

    Its lock is taken after those of ``services.locking``, and nothing waits while it is held.
    """
    if _locked(name).is_stopped:
        raise MethodStopped


@transaction.atomic
def stop(*, name: str, by: User, reason: str) -> PaymentMethod:
    """Offer the method no more: no charge is opened by it after this transaction. Raises NothingToSwitch."""
    return _switch(name, True, by, reason)


@transaction.atomic
def resume(*, name: str, by: User, reason: str) -> PaymentMethod:
    """Offer the method again. Raises NothingToSwitch."""
    return _switch(name, False, by, reason)


def _switch(name: str, is_stopped: bool, by: User, reason: str) -> PaymentMethod:
    method = _locked(name)
    if method.is_stopped == is_stopped:
        raise NothingToSwitch
    method.is_stopped, method.reason = is_stopped, reason[:1000]
    method.changed_by, method.changed_at = by, clock.now()
    method.save()
    return method


def _locked(name: str) -> PaymentMethod:
    """The row, which is written here the first time: without one there is nothing to lock."""
    method = PaymentMethod.objects.filter(name=name).first()
    if method is None:
        try:
            with transaction.atomic():
                method = PaymentMethod.objects.create(name=name)
        except IntegrityError:  # somebody else was first
            method = PaymentMethod.objects.get(name=name)
    return states.lock(method)
