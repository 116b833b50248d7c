"""What Stripe tells of a saved method: a PaymentMethod, or the charge it was saved with.

https://docs.stripe.com/api/payment_methods/object. Only what is attached to a customer can be charged again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from storefront.gateways.payments.saved_methods import MethodState, SavedMethodSnapshot, masked_email
from storefront.gateways.payments.stripe.objects import expanded, object_id

#: our code of a charge whose method Stripe does not have, or no longer at this customer
GONE = "saved_method_gone"
_BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}


def read(method: Mapping[str, Any]) -> SavedMethodSnapshot:
    """A PaymentMethod. Stripe never deletes one: what was removed belongs to no customer any more."""
    customer = object_id(method["customer"])
    return _described(
        method["type"],
        method.get(method["type"]) or {},
        customer=customer,
        reference=method["id"],
        state=MethodState.ACTIVE if customer else MethodState.GONE,
        email=_email(method),
    )


def saved_with(intent: Mapping[str, Any], charge: Mapping[str, Any]) -> SavedMethodSnapshot | None:
    """What was saved with a paid charge; None if nothing was asked to be. Some methods leave another one behind that
    can be charged again: https://docs.stripe.com/payments/sepa-debit/set-up-payment-with-ideal."""
    details = charge.get("payment_method_details") or {}
    customer, kind = object_id(intent.get("customer")), details.get("type") or ""
    if not (intent.get("setup_future_usage") and customer and kind):
        return None
    told = details.get(kind) or {}
    reference = object_id(charge.get("payment_method"))
    if generated := object_id(told.get("generated_sepa_debit")):
        kind, reference, told = "sepa_debit", generated, {"last4": told.get("iban_last4")}
    if not reference:
        return None
    return _described(
        kind, told, customer=customer, reference=reference, state=MethodState.ACTIVE, email=_email(charge)
    )


def _described(
    kind: str, told: Mapping[str, Any], *, customer: str, reference: str, state: MethodState, email: str
) -> SavedMethodSnapshot:
    month, year = told.get("exp_month"), told.get("exp_year")
    brand = str(told.get("display_brand") or told.get("brand") or "") if kind == "card" else ""
    return SavedMethodSnapshot(
        provider_customer=customer,
        method_reference=reference,
        state=state,
        kind=kind,
        brand=_BRANDS.get(brand, brand.replace("_", " ").title()),
        last4=str(told.get("last4") or ""),
        email="" if kind in ("card", "sepa_debit") else masked_email(str(told.get("email") or email)),
        expiry=(year, month) if isinstance(year, int) and isinstance(month, int) else None,
        fingerprint=str(told.get("fingerprint") or ""),
        wallet=str(expanded(told.get("wallet")).get("type") or "").replace("_", " ").title(),
    )


def _email(held: Mapping[str, Any]) -> str:
    return str((held.get("billing_details") or {}).get("email") or "")
