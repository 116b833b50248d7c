"""Stripe's minor units (docs.stripe.com/currencies). The only place where an amount is an integer.

Not the same as ISO 4217: ISK and UGX have no cents but are counted in hundredths, and the third place of the
three-place currencies must be zero.
"""

from __future__ import annotations

from decimal import Decimal

from storefront.gateways.errors import Declined

ZERO_PLACES = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
#: currency -> (places Stripe counts in, smallest step in that unit); every other currency is (2, 1)
EXCEPTIONS: dict[str, tuple[int, int]] = {
    **{currency: (0, 1) for currency in ZERO_PLACES},
    **{currency: (3, 10) for currency in ("BHD", "JOD", "KWD", "OMR", "TND")},
    **{currency: (2, 100) for currency in ("ISK", "UGX")},
}
#: How many digits an amount may have: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts allows
#: cards twelve "for most" currencies since 2026, the API reference eight (``amount`` of a payment intent); these are
#: what both editions of that page allow. A limit that is too low is told before an order, one that is too high after.
DIGITS, MORE_DIGITS = 8, {"INR": 9, "COP": 10, "HUF": 10, "JPY": 10, "LBP": 11, "IDR": 12}


def largest(currency: str) -> int:
    """The largest amount of a currency in Stripe's unit for it."""
    return int("9" * MORE_DIGITS.get(currency.upper(), DIGITS)) // _step(currency) * _step(currency)


def _step(currency: str) -> int:
    return EXCEPTIONS.get(currency.upper(), (2, 1))[1]


def to_minor(amount: Decimal, currency: str) -> int:
    """The integer Stripe wants for an amount in major units.

    Raises ``Declined`` if the amount is not finite, negative, has too many digits for Stripe or more places than it
    takes in this currency: nothing is ever rounded here.
    """
    if not isinstance(amount, Decimal):
        raise TypeError("money is Decimal")
    places, step = EXCEPTIONS.get(currency.upper(), (2, 1))
    most = largest(currency)
    if not amount.is_finite() or not 0 <= amount <= most:
        raise Declined(f"{amount} {currency} cannot be charged", code="invalid_amount")
    minor = amount.scaleb(places)
    if minor != minor.to_integral_value() or minor % step or minor > most:
        raise Declined(f"{amount} {currency} cannot be charged exactly", code="invalid_amount")
    return int(minor)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount in major units for one of Stripe's integers, with Stripe's number of places."""
    if isinstance(minor, bool) or not isinstance(minor, int):
        raise TypeError("Stripe's amounts are integers")
    places, _step = EXCEPTIONS.get(currency.upper(), (2, 1))
    return Decimal(minor).scaleb(-places)
