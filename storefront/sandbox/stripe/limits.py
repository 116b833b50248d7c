"""What amounts are taken, in minor units (docs.stripe.com/currencies)."""

from __future__ import annotations

from storefront.sandbox.stripe.errors import ApiError

#: amounts must be multiples of the step
STEPS = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
#: docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, July 2026. Elsewhere it is the smallest amount of the
#: currency that is paid out, at the rate of the day: this sandbox takes one unit there.
LARGEST = {
    "cop": 9_999_999_999, "huf": 9_999_999_999, "idr": 999_999_999_999, "inr": 999_999_999, "jpy": 9_999_999_999,
    "lbp": 99_999_999_999,
}  # fmt: skip
SMALLEST = {
    "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50,
    "thb": 1000, "usd": 50, "zar": 50,
}  # fmt: skip


def check_step(amount: int, currency: str, *, param: str) -> None:
    """Raises 400 for an amount between two steps."""
    if amount % STEPS.get(currency, 1):
        message = f"Invalid amount in {currency}: it must be a multiple of {STEPS[currency]}."
        raise ApiError(400, "", message, param=param)


def check_total(total: int, currency: str, *, what: str) -> None:
    """Raises 400 for too little or too much; ``what`` is named in the message."""
    if total < SMALLEST.get(currency, 1):
        raise ApiError(400, "amount_too_small", f"{what} is below the minimum.")
    if total > (most := LARGEST.get(currency, 99_999_999)):
        raise ApiError(400, "amount_too_large", f"{what} must be no more than {most}.")


def check_amount(amount: int, currency: str, *, param: str) -> None:
    """Both, of a charge without a page."""
    check_step(amount, currency, param=param)
    check_total(amount, currency, what="Amount")
