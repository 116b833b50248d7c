"""Test cards and what they do (docs.stripe.com/testing). Any future expiry, any security code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """What a number does. ``decline`` is (code, decline_code); ``challenge`` asks for 3-D Secure first, and once it was
    set up no more while the buyer is absent, unless it ``always_asks``; ``attaches``: it can be saved all the same."""

    decline: tuple[str, str] | None = None
    challenge: bool = False
    always_asks: bool = False
    attaches: bool = False
    dispute: str = ""
    refund: str = "succeeded"


MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "incorrect_number": "Your card number is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your bank did not confirm it was you. Please try again or use another card.",
}

_DECLINED = "card_declined"
CARDS = {
    "4242424242424242": Card(),
    "4000002500000003": Card(),
    "4000002760000016": Card(),
    "5555555555554444": Card(),
    "378282246310005": Card(),
    "4000000000000002": Card(decline=(_DECLINED, "generic_decline")),
    "4000000000009995": Card(decline=(_DECLINED, "insufficient_funds")),
    "4000000000009987": Card(decline=(_DECLINED, "lost_card")),
    "4000000000009979": Card(decline=(_DECLINED, "stolen_card")),
    "4000000000006975": Card(decline=(_DECLINED, "card_velocity_exceeded")),
    "4000000000000069": Card(decline=("expired_card", "expired_card")),
    "4000000000000127": Card(decline=("incorrect_cvc", "incorrect_cvc")),
    "4000000000000119": Card(decline=("processing_error", "processing_error")),
    "4100000000000019": Card(decline=(_DECLINED, "fraudulent")),
    "4000000000003220": Card(challenge=True),
    "4000002500003155": Card(challenge=True),
    "4000002760003184": Card(challenge=True, always_asks=True),
    "4000003800000446": Card(challenge=True),
    "4000008260003178": Card(challenge=True, decline=(_DECLINED, "insufficient_funds"), attaches=True),
    "4000008400001629": Card(challenge=True, decline=(_DECLINED, "generic_decline"), attaches=True),
    "4000000000000341": Card(decline=(_DECLINED, "generic_decline"), attaches=True),
    "4000000000000259": Card(dispute="fraudulent"),
    "4000000000002685": Card(dispute="product_not_received"),
    "4000000000007726": Card(refund="pending"),
    "4000000000005126": Card(refund="failed"),
}
#: a real number typed into a sandbox
UNKNOWN = Card(decline=(_DECLINED, "test_mode_live_card"))
AUTHENTICATION_FAILED = ("payment_intent_authentication_failure", "")


def digits(number: str) -> str:
    return "".join(character for character in number if character.isascii() and character.isdigit())


def passes_luhn(number: str) -> bool:
    """The check digit every card number ends with."""
    doubled = [int(digit) * (1 + position % 2) for position, digit in enumerate(reversed(number))]
    return 12 <= len(number) <= 19 and sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def behaviour(number: str) -> Card:
    return CARDS.get(number, UNKNOWN)


def brand(number: str) -> str:
    return {"4": "visa", "5": "mastercard", "3": "amex"}.get(number[:1], "unknown")


#: ISO 3166-1 numeric, which test cards of a country have after their first six digits
_COUNTRIES = {"250": "FR", "276": "DE", "380": "IT", "528": "NL", "616": "PL", "724": "ES", "826": "GB"}


def country(number: str) -> str:
    """Of the bank that issued the card."""
    return _COUNTRIES.get(number[6:9], "US") if number.startswith("400000") else "US"


def refusal(decline: tuple[str, str]) -> dict[str, Any]:
    """The error object of a declined card, as in ``last_payment_error`` and in a 402."""
    code, decline_code = decline
    fallback = MESSAGES["authentication_required"] if decline == AUTHENTICATION_FAILED else MESSAGES["card_declined"]
    error = {
        "type": "card_error",
        "code": code,
        "message": MESSAGES.get(decline_code) or MESSAGES.get(code) or fallback,
    }
    return error | ({"decline_code": decline_code} if decline_code else {})
