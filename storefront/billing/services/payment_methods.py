"""Which payment methods the shop has and offers: those of the settings that are set up and that staff have not stopped.

Stopping one concerns new charges alone. Pages that buyers have open are not withdrawn, and money under way arrives,
is refunded and is reconciled as before. Which of them one invoice can be paid by: ``open_methods``.
"""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from storefront.billing import gateway_registry, methods_by_hand
from storefront.billing.errors import MethodStopped
from storefront.billing.models import PaymentMethod
from storefront.core import clock, states
from storefront.gateways.errors import ConfigurationError
from storefront.users.models import User


class NothingToSwitch(Exception):
    """The method is in that state already."""


def known() -> tuple[str, ...]:
    """Names of all payment methods of this shop, in the order of the settings: first those with a provider."""
    return (*gateway_registry.names(), *methods_by_hand.names())


def rows() -> list[PaymentMethod]:
    """Every known method in the seller's order; one that has no row yet is unsaved, with the defaults. One query."""
    names = known()
    stored = {row.name: row for row in PaymentMethod.objects.filter(name__in=names)}
    found = [stored.get(name) or PaymentMethod(name=name) for name in names]
    return sorted(found, key=lambda row: row.sort_order)  # those that nobody has put anywhere stay as they are


def fault(name: str) -> str:
    """What keeps a method from being set up, in words for staff; "" if nothing does. Asks nobody outside."""
    try:
        if name in methods_by_hand.names():
            methods_by_hand.get(name).limits()
        elif missing := gateway_registry.missing(name):
            return _("It needs %(variables)s.") % {"variables": ", ".join(missing)}
        else:
            gateway_registry.gateway(name)
    except ConfigurationError as error:
        return str(error)
    return ""


def is_set_up(name: str) -> bool:
    """Whether everything is there without which a method cannot be offered."""
    if name in methods_by_hand.names():
        return not fault(name)
    return not gateway_registry.missing(name)


def offered() -> tuple[str, ...]:
    """Names of the methods that buyers may choose, in the seller's order."""
    return tuple(row.name for row in rows() if not row.is_stopped and is_set_up(row.name))


def check(name: str) -> PaymentMethod:
    """Let nobody stop or change the method until the transaction ends. Raises MethodStopped if it is stopped.

    Its lock is taken after those of ``services.locking``, and nothing waits while it is held.
    """
    method = _locked(name)
    if method.is_stopped:
        raise MethodStopped
    return method


@transaction.atomic
def stop(*, name: str, by: User, reason: str) -> PaymentMethod:
    """Offer the method no more: no charge is opened by it after this transaction. Raises NothingToSwitch."""
    return _switch(name, True, by, reason)


@transaction.atomic
def resume(*, name: str, by: User, reason: str) -> PaymentMethod:
    """Offer the method again. Raises NothingToSwitch."""
    return _switch(name, False, by, reason)


@transaction.atomic
def move(*, name: str, position: int) -> bool:
    """Put a method at ``position`` (0: first) of the seller's order; one too large means last. Returns whether the
    order is another one now."""
    for each in known():
        ensure(each)
    list(PaymentMethod.objects.select_for_update().order_by("pk"))  # two moves wait for each other
    before = {row.name: row for row in rows()}
    after = [each for each in before if each != name]
    after.insert(max(position, 0), name)
    for place, each in enumerate(after):
        before[each].sort_order = place
        before[each].save(update_fields=["sort_order"])
    return list(before) != after


def ensure(name: str) -> PaymentMethod:
    """The row of a known method, written with the defaults the first time."""
    method = PaymentMethod.objects.filter(name=name).first()
    if method is None:
        try:
            with transaction.atomic():
                method = PaymentMethod.objects.create(name=name)
        except IntegrityError:  # somebody else was first
            method = PaymentMethod.objects.get(name=name)
    return method


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
    return states.lock(ensure(name))
