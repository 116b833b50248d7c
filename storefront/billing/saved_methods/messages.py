"""What providers tell of saved methods and of the pages where they are saved. A hint: what it is now is asked."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import MethodSetup, SavedMethod
from storefront.billing.models.saved_methods import SHOWN, SavedMethodStatus
from storefront.billing.saved_methods import adopting, mandates, setups
from storefront.billing.signals import method_ended
from storefront.core import states
from storefront.gateways.errors import NotFound
from storefront.gateways.payments.base import ProviderEvent
from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot
from storefront.users.models import User


def setup_changed(gateway_name: str, hint: ProviderEvent) -> bool:
    """A page where a method is saved has changed. False if it is none of ours."""
    setup = MethodSetup.objects.filter(gateway=gateway_name, provider_reference=hint.provider_reference).first()
    if setup is None or setup.is_live != hint.is_live:
        return False
    setups.finish(setup)
    return True


def method_changed(gateway_name: str, hint: ProviderEvent) -> bool:
    """A saved method was made, changed or ended at the provider. False if it is none of ours.

    Raises Unavailable while what it is now cannot be asked.
    """
    rows = SavedMethod.objects.filter(gateway=gateway_name, is_live=hint.is_live)
    method = rows.filter(method_reference=hint.method_reference).first()
    try:
        found = gateway(gateway_name).fetch_method(hint.method_reference)
    except NotFound:
        found = None
    if method is None and found is not None and found.provider_customer:
        pending = rows.filter(status=SavedMethodStatus.PENDING, provider_customer=found.provider_customer)
        method = pending.order_by("pk").first()  # its id comes with this message
    if method is None:
        return False
    _follow(method, found)
    return True


def _follow(method: SavedMethod, found: SavedMethodSnapshot | None) -> None:
    is_gone = found is None or found.state is MethodState.GONE
    with transaction.atomic(durable=True):
        states.lock(User(pk=method.customer_id))
        locked = states.lock(method)
        if locked.status not in SHOWN:
            return
        if found is None:
            adopting.revoke(locked)
        else:
            adopting.follow(locked, found)
        if is_gone:
            method_ended.send(sender=SavedMethod, method=locked, by=mandates.PROVIDER)
