"""What a buyer must still do for a payment intent in ``requires_action`` after its session is complete.

Vouchers (Multibanco, Boleto, Konbini, OXXO), bank transfers and the proof of a bank account by small deposits:
https://docs.stripe.com/api/payment_intents/object#payment_intent_object-next_action.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storefront.gateways.payments.instructions import Detail, PaymentInstructions
from storefront.gateways.payments.stripe.amounts import from_minor

#: ``next_action.type`` -> the payment method's name
METHODS = {
    "boleto_display_details": "boleto",
    "display_bank_transfer_instructions": "bank_transfer",
    "konbini_display_details": "konbini",
    "multibanco_display_details": "multibanco",
    "oxxo_display_details": "oxxo",
    "verify_with_microdeposits": "bank_account",
}
_PAGES = ("hosted_voucher_url", "hosted_instructions_url", "hosted_verification_url")
_ENDS = ("expires_at", "expires_after")


def read(intent: Mapping[str, Any]) -> PaymentInstructions | None:
    """The instructions of an intent that waits for its buyer; None for any other."""
    action = intent.get("next_action")
    if intent.get("status") != "requires_action" or not isinstance(action, Mapping):
        return None
    kind = action["type"]
    told = action.get(kind) or {}
    end = _first(told, _ENDS)
    return PaymentInstructions(
        method=METHODS.get(kind, str(kind).removesuffix("_display_details")),
        url=_page(_first(told, _PAGES)),
        pay_until=datetime.fromtimestamp(end, UTC) if end else None,
        details={name: text for name, text in _details(told).items() if text},
    )


def _details(told: Mapping[str, Any]) -> dict[Detail, str]:
    found = {name: str(told.get(name.value) or "") for name in (Detail.ENTITY, Detail.REFERENCE, Detail.NUMBER)}
    for address in told.get("financial_addresses") or []:
        if iban := address.get("iban"):
            found[Detail.HOLDER] = iban.get("account_holder_name") or ""
            found[Detail.IBAN], found[Detail.BIC] = iban["iban"], iban.get("bic") or ""
    if told.get("amount_remaining") is not None and told.get("currency"):
        currency = told["currency"].upper()
        found[Detail.AMOUNT_LEFT] = f"{from_minor(told['amount_remaining'], currency)} {currency}"
    return found


def _first(told: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((told[name] for name in names if told.get(name)), None)


def _page(address: Any) -> str:
    """Shown to buyers as a link, so nothing but an address of the web."""
    return address if isinstance(address, str) and address.startswith(("https://", "http://127.0.0.1")) else ""
