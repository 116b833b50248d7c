"""What PayPal says about its messages: where they go, whether one is genuine, and the certificate to check it by."""

from __future__ import annotations

from typing import Any

from storefront.sandbox.paypal import signing
from storefront.sandbox.paypal.errors import invalid, missing
from storefront.sandbox.paypal.shapes import VERIFY, check
from storefront.sandbox.paypal.state import Object, State
from storefront.sandbox.server import Request, Response

EVENT_TYPES = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.UPDATED",
    "CUSTOMER.DISPUTE.RESOLVED",
    "VAULT.PAYMENT-TOKEN.CREATED",
    "VAULT.PAYMENT-TOKEN.DELETED",
    "VAULT.PAYMENT-TOKEN.DELETION-INITIATED",
)
_EVENT = b'"webhook_event":'


class Messages:
    def __init__(self, state: State) -> None:
        self._state = state

    def listing(self) -> Object:
        return {"webhooks": [self._shown()]}

    def webhook(self, webhook_id: str) -> Object:
        if webhook_id != self._state.webhook["id"]:
            raise missing()
        return self._shown()

    def _shown(self) -> Object:
        hook = self._state.webhook
        types = [{"name": name, "status": "ENABLED"} for name in hook["event_types"]]
        return {"id": hook["id"], "url": hook["url"] or "https://example.com/", "event_types": types}

    def verify(self, request: Request, body: Any) -> Object:
        """https://developer.paypal.com/docs/api/webhooks/v1/#verify-webhook-signature_post: the message counts as it
        was sent, so it is cut out of the body, where it must come last."""
        if not isinstance(body, dict) or not isinstance(body.get("webhook_event"), dict):
            raise invalid("/webhook_event", "MISSING_REQUIRED_PARAMETER")
        proof = {name: value for name, value in body.items() if name != "webhook_event"}
        check(proof, VERIFY)
        raw = request.body.partition(_EVENT)[2].strip()[:-1]
        is_proven = proof["webhook_id"] == self._state.webhook["id"] and signing.is_signed(
            self._state.key["pem"],
            proof["transmission_sig"],
            transmission=proof["transmission_id"],
            at=proof["transmission_time"],
            webhook_id=proof["webhook_id"],
            body=raw,
        )
        return {"verification_status": "SUCCESS" if is_proven else "FAILURE"}

    def certificate(self, request: Request) -> Response:
        pem = signing.certificate(self._state.key["pem"])
        return Response(pem, headers={"Content-Type": "application/x-pem-file"})
