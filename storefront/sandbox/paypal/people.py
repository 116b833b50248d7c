"""Buyers of the sandbox."""

from __future__ import annotations

import hashlib

from storefront.sandbox.paypal.state import Object


def payer(email: str) -> Object:
    """What PayPal tells of one: the same account for the same address."""
    account = hashlib.sha256(email.encode()).hexdigest()[:13].upper()
    name = {"given_name": "Test", "surname": "Buyer"}
    return {"email_address": email, "account_id": account, "name": name, "address": {"country_code": "DE"}}
