"""Whether the number of a bank account, and the code of its bank, have the right form. Nobody outside is asked.

IBAN and BIC are checked by python-stdnum (https://arthurdejong.org/python-stdnum/doc/). The last digit of a Russian
account depends on the bank's БИК, by the Bank of Russia's rule of 8 September 1997, No. 515: the digits of the last
three of the БИК (for a correspondent account ``0`` and the fifth and sixth of the БИК) and of the account, times 7, 1,
3 and so on, add up to a multiple of ten.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from stdnum import bic as stdnum_bic
from stdnum import iban as stdnum_iban
from stdnum.exceptions import ValidationError as WrongForm

_RUSSIAN_ACCOUNT = re.compile(r"\d{20}")
_RUSSIAN_BIC = re.compile(r"04\d{7}")
_IBAN_BEGIN = re.compile(r"[A-Z]{2}\d\d")
_OTHER_ACCOUNT = re.compile(r"[A-Z0-9]{4,34}")
_WEIGHTS = (7, 1, 3)


def cleaned(text: str) -> str:
    """Without blanks and other signs between, in capital letters: as numbers are stored."""
    return re.sub(r"[\s.\-]", "", text).upper()


def is_russian(number: str, bank_code: str) -> bool:
    """Whether account and code are meant as a Russian account with its БИК."""
    return bool(_RUSSIAN_ACCOUNT.fullmatch(number)) and bool(re.fullmatch(r"\d+", bank_code or "0"))


def is_iban(number: str) -> bool:
    """Whether the number begins as an IBAN does."""
    return bool(_IBAN_BEGIN.match(number))


def problems(*, number: str, bank_code: str, correspondent: str, currency: str) -> dict[str, str]:
    """What is wrong with cleaned numbers, in the active language, by field (``number``, ``bank_code``,
    ``correspondent_account``); {} if nothing is."""
    if currency == "RUB" or is_russian(number, bank_code):
        return _russian(number, bank_code, correspondent)
    found = {}
    if is_iban(number):
        if not stdnum_iban.is_valid(number):
            found["number"] = _("This is not a valid IBAN. Compare it with your bank's papers, digit by digit.")
    elif not _OTHER_ACCOUNT.fullmatch(number):
        found["number"] = _("Enter the IBAN, or the account number: letters and digits, at most 34.")
    elif not bank_code:
        found["bank_code"] = _("An account without an IBAN needs the bank's BIC (SWIFT code).")
    if bank_code and not _is_bic(bank_code):
        found["bank_code"] = _("This is not a BIC: it has 8 or 11 letters and digits, such as COBADEFFXXX.")
    return found


def _is_bic(code: str) -> bool:
    try:
        stdnum_bic.validate(code)
    except WrongForm:
        return False
    return True


def _russian(number: str, bank_code: str, correspondent: str) -> dict[str, str]:
    found = {}
    if not _RUSSIAN_BIC.fullmatch(bank_code):
        found["bank_code"] = _("A БИК has nine digits and begins with 04.")
    if not _RUSSIAN_ACCOUNT.fullmatch(number):
        found["number"] = _("A Russian account number has 20 digits.")
    if correspondent and not _RUSSIAN_ACCOUNT.fullmatch(correspondent):
        found["correspondent_account"] = _("A correspondent account has 20 digits.")
    if found:
        return found
    if not _adds_up(bank_code[-3:] + number):
        found["number"] = _("Account number and БИК do not belong together: one of them is mistyped.")
    if correspondent and not _adds_up("0" + bank_code[4:6] + correspondent):
        found["correspondent_account"] = _("Correspondent account and БИК do not belong together.")
    return found


def _adds_up(digits: str) -> bool:
    return sum(int(digit) * _WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits)) % 10 == 0
