"""Messages as Stripe signs them, made by hand for the tests of the door."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

from storefront.core import clock

SECRET = "whsec_sandbox"


def event(event_id: str = "evt_1", **changes: Any) -> bytes:
    session = {
        "id": "cs_test_1",
        "object": "checkout.session",
        "mode": "payment",
        "client_reference_id": "nobody",
        "metadata": {},
        "payment_intent": None,
    }
    body = {
        "id": event_id,
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": session},
    }
    return json.dumps(body | changes).encode()


def headers(body: bytes, *, secret: str = SECRET, age: timedelta = timedelta(0)) -> dict[str, str]:
    stamp = int((clock.now() - age).timestamp())
    mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={mac}"}
