"""The part of the Stripe gateway about saved methods."""

from __future__ import annotations

from contextlib import suppress

from storefront.gateways.errors import Declined, NotFound
from storefront.gateways.payments.base import StartedPayment
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    MethodState,
    SavedMethodSnapshot,
    SetupRequest,
    SetupSnapshot,
)
from storefront.gateways.payments.stripe import charging, methods, setups
from storefront.gateways.payments.stripe.account import Account
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.refusals import REFUSALS


class SavedMethods(Account):
    """Methods live in the account that saved them: to another account each of them is unknown."""

    refusal_classes = REFUSALS

    def charge(self, request: ChargeRequest) -> StartedPayment:
        """A payment intent, confirmed at once. What is refused leaves one that is cancelled, for ``fetch`` to tell why.

        Raises ``Declined`` with the code ``methods.GONE`` for a method that Stripe does not have (any more), and
        ``KeySpent`` as ``start`` does, once it is certain that the key has charged nothing.
        """
        return charging.charge(self._client, request, now=self._clock())

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        return setups.start(self._client, request, now=self._clock())

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        """Stripe completes it itself; this only asks."""
        return setups.find(self._client, provider_reference)

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        with translated():
            return methods.read(self._client.v1.payment_methods.retrieve(method_reference).to_dict())

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        """Detach it, which is final (https://docs.stripe.com/api/payment_methods/detach)."""
        with suppress(NotFound):
            try:
                with translated():
                    self._client.v1.payment_methods.detach(method_reference)
            except Declined:
                if self.fetch_method(method_reference).state is not MethodState.GONE:
                    raise
