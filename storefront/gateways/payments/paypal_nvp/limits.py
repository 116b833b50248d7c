"""What PayPal's classic interface takes (https://developer.paypal.com/api/nvp-soap/currency-codes/), and how amounts
are written in it."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from storefront.gateways.errors import Unavailable
from storefront.gateways.payments.limits import Limits

#: Without BRL, CNY, INR and MYR, which only accounts of these countries take.
CURRENCIES = frozenset("AUD CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN NOK NZD PHP PLN SEK SGD THB TWD USD".split())
#: PayPal refuses decimals in these.
WHOLE = frozenset({"HUF", "JPY", "TWD"})
LIMITS = Limits(
    currencies=CURRENCIES,
    steps={currency: Decimal(1) for currency in WHOLE},
    # The package refuses more in dollars before it asks.
    largest={"USD": Decimal(10_000)},
    longest_email=127,
    most_lines=50,
    longest_line_name=127,
    longest_description=127,
)
_CENT = Decimal("0.01")


def written(amount: Decimal, currency: str) -> str:
    """An amount as PayPal wants it: 96.00, or 1500 where the currency has no smaller unit. Raises ValueError for an
    amount that cannot be written exactly."""
    exact = amount.quantize(Decimal(1) if currency in WHOLE else _CENT)
    if exact != amount:
        raise ValueError("more places than PayPal takes")
    return str(exact)


def read(text: str) -> Decimal:
    """An amount in major units from an answer. Raises Unavailable for anything else."""
    try:
        amount = Decimal(text.replace(",", ""))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**10:
        raise Unavailable("PayPal's answer holds no amount", code="unreadable_answer")
    return amount
