"""How a buyer pays elsewhere, as it is kept with the payment and told on pages and in mails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from storefront.billing.models import PaymentAttempt
from storefront.gateways.payments.instructions import Detail, PaymentInstructions

#: names of their own, the same in every language
_PROPER_NAMES = {
    "multibanco": "Multibanco",
    "boleto": "Boleto",
    "konbini": "Konbini",
    "oxxo": "OXXO",
    "webmoney": "WebMoney",
}


@dataclass(frozen=True, slots=True)
class Told:
    """Instructions in the active language. ``details``: (label, value). ``pay_until``: aware, or None."""

    method: str
    url: str
    pay_until: datetime | None
    details: tuple[tuple[str, str], ...]


def packed(found: PaymentInstructions | None) -> dict[str, Any]:
    """For ``PaymentAttempt.instructions``."""
    if found is None:
        return {}
    return {
        "method": found.method,
        "url": found.url,
        "pay_until": found.pay_until.isoformat() if found.pay_until else "",
        "details": {name.value: text for name, text in found.details.items()},
    }


def told(attempt: PaymentAttempt) -> Told | None:
    """What the buyer of a payment must be told; None unless it waits for them."""
    if not attempt.is_awaited:
        return None
    kept = attempt.instructions
    labels = _labels()
    return Told(
        method=_method(kept["method"]),
        url=kept["url"],
        pay_until=pay_until(attempt),
        details=tuple((labels[name], text) for name, text in kept["details"].items() if name in labels),
    )


def pay_until(attempt: PaymentAttempt) -> datetime | None:
    """When the instructions lapse (aware), None if never."""
    end = attempt.instructions.get("pay_until")
    return datetime.fromisoformat(end) if end else None


def _method(name: str) -> str:
    match name:
        case "bank_transfer":
            return _("bank transfer")
        case "bank_account":
            return _("your bank account")
    return _PROPER_NAMES.get(name) or name.replace("_", " ").capitalize()


def _labels() -> dict[str, str]:
    return {
        Detail.ENTITY: _("Entity"),
        Detail.REFERENCE: _("Reference"),
        Detail.NUMBER: _("Number"),
        Detail.HOLDER: _("Account holder"),
        Detail.IBAN: "IBAN",
        Detail.BIC: "BIC",
        Detail.AMOUNT_LEFT: _("Still to pay"),
    }
