"""The provider's messages, carried to our door by the test instead of by a thread."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any

from storefront.sandbox.stripe.courier import signature


def events(stripe: Any, session_id: str = "") -> list[dict[str, Any]]:
    """Everything the stand-in ever had to tell (about one session's charge, if named), oldest first."""
    with stripe.state.reading():
        found = list(reversed(stripe.state.all("event")))
    if not session_id:
        return found
    is_session = not session_id.startswith("pi_")  # a saved method is charged without one
    intent = stripe.state.get("checkout.session", session_id)["payment_intent"] if is_session else None
    names = {session_id, intent} - {None}
    return [
        event
        for event in found
        if {event["data"]["object"]["id"], event["data"]["object"].get("payment_intent")} & names
    ]


def deliver(client: Any, messages: Iterable[dict[str, Any]]) -> None:
    """Post each as the provider would, freshly signed; every one must be taken."""
    for message in messages:
        body = json.dumps(message).encode()
        header = {"Stripe-Signature": signature(body, "whsec_sandbox", int(time.time()))}
        response = client.post("/hooks/stripe/", body, content_type="application/json", headers=header)
        assert response.status_code == 200
