"""What payment providers' settings look like."""

from __future__ import annotations

import re

SIMPLEPAY_LIVE, SIMPLEPAY_SANDBOX = "https://secure.simplepay.hu", "https://sandbox.simplepay.hu"
SIMPLEPAY_FORM = "accounts, separated by commas: HUF:MERCHANT:KEY, EUR:MERCHANT:KEY, USD:MERCHANT:KEY"

SIMPLEPAY_PRO_FORM = "keys of 8 and more characters, separated by commas"

WEBMONEY_FORM = "purses with their keys, separated by commas: Z123456789012:KEY, E123456789012:KEY"
WEBMONEY_INVOICE_FORM = "purses with both keys, separated by commas: Z123456789012:KEY:X20KEY"


def simplepay_account(text: str) -> str:
    """Currency, merchant and key of an account at SimplePay, with colons between. Raises ValueError."""
    if not re.fullmatch(r"(HUF|EUR|USD):[A-Za-z0-9_-]{3,60}:[^\s:]{10,128}", text, re.ASCII):
        raise ValueError
    return text


def simplepay_pro_key(text: str) -> str:
    """A key of simplepay.pro, which stands between semicolons where it signs. Raises ValueError."""
    if not re.fullmatch(r"[^\s;]{8,128}", text):
        raise ValueError
    return text


def webmoney_purse(text: str) -> str:
    """A Z or E purse and its secret key. Raises ValueError."""
    if not re.fullmatch(r"[ZE][0-9]{12}:[^\s:]{8,100}", text, re.ASCII):
        raise ValueError
    return text


def webmoney_invoice_purse(text: str) -> str:
    """A Z or E purse, its secret key and its key for invoices (X20). Raises ValueError."""
    if not re.fullmatch(r"[ZE][0-9]{12}:[^\s:]{8,100}:[^\s:]{8,100}", text, re.ASCII):
        raise ValueError
    return text
