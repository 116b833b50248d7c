"""What payment providers' settings look like."""

from __future__ import annotations

import re

SIMPLEPAY_LIVE, SIMPLEPAY_SANDBOX = "https://secure.simplepay.hu", "https://sandbox.simplepay.hu"
SIMPLEPAY_FORM = "accounts, separated by commas: HUF:MERCHANT:KEY, EUR:MERCHANT:KEY, USD:MERCHANT:KEY"


def simplepay_account(text: str) -> str:
    """Currency, merchant and key of an account at SimplePay, with colons between. Raises ValueError."""
    if not re.fullmatch(r"(HUF|EUR|USD):[A-Za-z0-9_-]{3,60}:[^\s:]{10,128}", text, re.ASCII):
        raise ValueError
    return text
