"""What SimplePay takes: forints, whole ones, euros and US dollars, each with an account of its own."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from storefront.gateways.payments.limits import Limits

_WHOLE = frozenset({"HUF"})
_CENT = Decimal("0.01")


def limits(currencies: Iterable[str]) -> Limits:
    """``currencies``: those of the accounts that are set up."""
    taken = frozenset(currencies)
    whole = dict.fromkeys(_WHOLE & taken, Decimal(1))
    return Limits(currencies=taken, steps=whole, smallest=whole, longest_email=100, most_lines=0)


def written(amount: Decimal, currency: str) -> str:
    """An amount in major units as SimplePay writes it: forints whole, the others with two places."""
    return f"{amount:.0f}" if currency in _WHOLE else f"{amount:.2f}"


def read(value: object, currency: str) -> Decimal:
    """An amount that SimplePay tells, as a number or as text. Raises ValueError or decimal.InvalidOperation for what is
    none, or has more places than its currency."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("not an amount")
    amount = Decimal(str(value))
    step = Decimal(1) if currency in _WHOLE else _CENT
    if not amount.is_finite() or amount < 0 or amount % step:
        raise ValueError("not an amount of this currency")
    return amount.quantize(step)
