"""What the shop does about a saved method that was refused."""

from __future__ import annotations

from django.db import transaction

from storefront.billing import gateway_registry
from storefront.billing.models import PaymentAttempt, SavedMethod
from storefront.billing.saved_methods import adopting, mandates
from storefront.billing.services.opening import NOT_ALLOWED
from storefront.core import states
from storefront.gateways.payments.words import RefusalClass
from storefront.users.models import User

#: Our own codes, which no provider has: the method was removed or the mandate ended before anybody was asked, or the
#: provider only fails under the attempt's key.
_OURS = {
    NOT_ALLOWED: RefusalClass.METHOD_DEAD,
    "abandoned": RefusalClass.SOON,
    "provider_failed": RefusalClass.SOON,
    "mismatch": RefusalClass.OURS,
}


def note(attempt: PaymentAttempt) -> RefusalClass:
    """What a FAILED charge of a saved method means; a dead method is marked, a withdrawn mandate ended. Idempotent."""
    method = attempt.saved_method
    if method is None:
        raise ValueError("no saved method was charged")
    code = attempt.failure_code
    refusal = _OURS.get(code) or gateway_registry.refusal_class(attempt.gateway, code)
    if code in _OURS or refusal not in (RefusalClass.METHOD_DEAD, RefusalClass.MANDATE_ENDED):
        return refusal
    with transaction.atomic():
        states.lock(User(pk=method.customer_id))
        method = states.lock(SavedMethod(pk=method.pk))
        if refusal is RefusalClass.METHOD_DEAD:
            adopting.mark_dead(method, code)
        elif attempt.mandate is not None:
            mandates.end(attempt.mandate, by=mandates.PROVIDER)
    return refusal
