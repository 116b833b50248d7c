"""The part of the payment interface about saved methods."""

from __future__ import annotations

from collections.abc import Mapping

from storefront.gateways.errors import UnsupportedOperation
from storefront.gateways.payments.requests import StartedPayment
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    SavedMethodSnapshot,
    SetupRequest,
    SetupSnapshot,
)
from storefront.gateways.payments.words import RefusalClass


class SavedMethodGateway:
    """The part of ``PaymentGateway`` about saved methods. Raises what that does.

    Saving while paying: ``StartRequest.save``; what was saved comes in ``PaymentSnapshot.saved_method``.
    """

    name: str
    #: what is done about the provider's refusal codes (``PaymentSnapshot.failure_code``, ``Declined.code``)
    refusal_classes: Mapping[str, RefusalClass] = {}

    def charge(self, request: ChargeRequest) -> StartedPayment:
        """Charge a saved method; with ``Feature.SAVED_METHOD``. The same key charges once.

        What the provider opened is known by ``provider_reference`` as any charge is (``fetch``, ``cancel``,
        ``refund``); its state is for ``fetch`` to tell: SUCCEEDED, PROCESSING, FAILED with ``failure_code``, or OPEN
        with ``redirect_url`` where an attending buyer must confirm. Raises ``Declined`` with the provider's code where
        it refused without keeping anything, and for a method that is gone or of another account with one of the class
        METHOD_DEAD. An unattended charge never leaves a charge behind that can be paid later.
        """
        raise UnsupportedOperation(f"{self.name} cannot charge a saved method")

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        """Open a page where the buyer saves a method; with ``Feature.METHOD_SETUP``. Takes no money, or a zero sum."""
        raise UnsupportedOperation(f"{self.name} saves a method only with a payment")

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        """What became of that page; completes it where the provider leaves that to us. Harmless to repeat."""
        raise UnsupportedOperation(f"{self.name} saves a method only with a payment")

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        """The saved method as it is now. Raises ``NotFound`` for one that is gone without a trace."""
        raise UnsupportedOperation(f"{self.name} cannot be asked about a saved method")

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        """Remove it at the provider; nothing happens if it is gone already. A provider that keeps nothing to remove
        returns at once."""
        raise UnsupportedOperation(f"{self.name} cannot remove a saved method")
