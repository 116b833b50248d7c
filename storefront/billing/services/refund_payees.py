"""Whom a refund by bank transfer is paid to: read from what was typed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum import iban

_LOOKS_LIKE_IBAN = re.compile(r"[A-Z]{2}[0-9A-Z]*")
_NUMBER = re.compile(r"[0-9]{5,34}")


@dataclass(frozen=True, slots=True)
class Payee:
    """``account``: an IBAN, or a number beside the name or code of its ``bank``; without spaces."""

    holder: str
    account: str
    bank: str = ""


def compacted(account: str) -> str:
    """Without spaces, dots and dashes, in capitals."""
    return re.sub(r"[\s.\-]", "", account).upper()


def problems(payee: Payee) -> dict[str, str]:
    """What is wrong with it, by field; {} if money can be sent there as far as numbers tell.

    The check digits of an IBAN: ISO 13616.
    """
    found = {}
    if not payee.holder:
        found["holder"] = _("Enter the name of the account's holder.")
    if not payee.account:
        found["account"] = _("Enter the number of the account.")
    elif _LOOKS_LIKE_IBAN.fullmatch(payee.account):
        if not iban.is_valid(payee.account):
            found["account"] = _("This IBAN is mistyped. Copy it from your bank.")
    elif not _NUMBER.fullmatch(payee.account):
        found["account"] = _("Enter an IBAN, or a number of 5 to 34 digits.")
    elif not payee.bank:
        found["bank"] = _("Enter the name or the code of the bank: this account is no IBAN.")
    return found
