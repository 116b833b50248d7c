"""Messages that only their provider can confirm: stored unproven, and asked about by the worker."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.module_loading import import_string

from storefront.billing.gateway_registry import gateway
from storefront.billing.webhooks import PaymentSource, received_digest
from storefront.core import clock
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.errors import InvalidSignature
from storefront.gateways.receipts import Receipt
from storefront.inbox.models import InboundEvent
from storefront.inbox.sources import Received


class ConfirmedSource(PaymentSource):
    """A provider whose ``parse_webhook`` asks it whether a message is its own. ``claimed``: dotted path of what reads a
    message without asking, and raises InvalidSignature for what cannot be one.

    A message that was made up may claim the id of one that is still to come, so its own bytes are part of its id.
    """

    def __init__(self, gateway_name: str, claimed: str) -> None:
        super().__init__(gateway_name)
        self._claimed = claimed

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        self._check_set_up()
        gateway(self._name)  # what could never be asked about is not stored
        event = import_string(self._claimed)(body)
        payload = {"body": base64.b64encode(body).decode()}
        event_id = f"{event.event_id}:{received_digest(body)}"
        reference = event.our_reference or event.charge_reference
        return [
            Received(event_id=event_id, summary=event.raw_type, payload=payload, is_proven=False, reference=reference)
        ]

    def receipt(self, body: bytes, now: datetime) -> Receipt:
        return Receipt()

    def handle(self, event: InboundEvent) -> bool:
        """False for a message that its provider does not confirm."""
        body = base64.b64decode(event.data["body"])
        with time_limit(WORKER_SECONDS):
            try:
                hint = gateway(self._name).parse_webhook(body, {}, now=clock.now())
            except InvalidSignature:
                return False
            return self._follow(hint)


yookassa_source = ConfirmedSource("yookassa", "storefront.gateways.payments.yookassa.notices.claimed")
paypal_nvp_source = ConfirmedSource("paypal_nvp", "storefront.gateways.payments.paypal_nvp.ipn.claimed")
