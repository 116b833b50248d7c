"""Accounts at SimplePay: each takes one currency and has a key of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from storefront.gateways.errors import ConfigurationError

_ENTRY = re.compile(r"(?P<currency>HUF|EUR|USD):(?P<merchant>[A-Za-z0-9_-]{3,60}):(?P<key>[^\s:,]{10,128})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Account:
    """``keys``: the present one first; a former one proves messages for a day while it is changed."""

    currency: str
    merchant: str
    keys: tuple[str, ...] = field(repr=False)

    @property
    def key(self) -> str:
        return self.keys[0]


def read(entries: Sequence[str]) -> Mapping[str, Account]:
    """Accounts by currency, from ``CURRENCY:MERCHANT:KEY``; a second entry of one account is its former key.

    Raises ``ConfigurationError`` for what is no such entry, and for two accounts of one currency.
    """
    accounts: dict[str, Account] = {}
    for entry in entries:
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ConfigurationError("an account at SimplePay is CURRENCY:MERCHANT:KEY")
        known = accounts.get(match["currency"])
        if known is not None and known.merchant != match["merchant"]:
            raise ConfigurationError(f"two accounts at SimplePay for {match['currency']}")
        keys = (*(known.keys if known else ()), match["key"])
        accounts[match["currency"]] = Account(match["currency"], match["merchant"], keys)
    if not accounts:
        raise ConfigurationError("no account at SimplePay is set up")
    return accounts
