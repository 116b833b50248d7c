"""Whether a number of a company or a bank has the right form. Nobody outside is asked.

Most rules are python-stdnum's, each of its modules naming its source: https://arthurdejong.org/python-stdnum/doc/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from stdnum import bic, iban
from stdnum.ch import uid
from stdnum.ch import vat as ch_vat
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.gb import vat as gb_vat
from stdnum.no import mva
from stdnum.util import clean

#: Takes what was typed, returns the number as it is stored. Raises WrongNumber.
Check = Callable[[str], str]


class WrongNumber(Exception):
    """Not a number of this kind. ``country``: whose it is (ISO 3166-1, two letters), "" where that is not known."""

    def __init__(self, country: str = "") -> None:
        super().__init__(country)
        self.country = country


class Rule(Protocol):
    """A module of python-stdnum."""

    def validate(self, number: str) -> str: ...


def by_rule(module: Rule, pattern: str = "") -> Check:
    """A check by a module of python-stdnum; ``pattern``: the form that is meant, where the module knows several."""
    meant = re.compile(pattern or ".*")

    def check(text: str) -> str:
        try:
            number = str(module.validate(text))
        except ValidationError as exc:
            raise WrongNumber from exc
        if not meant.fullmatch(number):
            raise WrongNumber
        return number

    return check


def either(first: Check, second: Check) -> Check:
    """What one of both takes."""

    def check(text: str) -> str:
        try:
            return first(text)
        except WrongNumber:
            return second(text)

    return check


def by_pattern(pattern: str) -> Check:
    """A check of form alone, for numbers that have no check digit, or whose rule is not published."""
    known = re.compile(pattern)

    def check(text: str) -> str:
        number = _compact(text)
        if not known.fullmatch(number):
            raise WrongNumber
        return number

    return check


def any_number(text: str) -> str:
    """Of a country whose rule is not known here: at least three letters or digits, one of them a digit."""
    if sum(each.isalnum() for each in text) < 3 or not any(each.isdigit() for each in text):
        raise WrongNumber
    return text.strip()


def vat_of(country: str) -> Check:
    """The VAT number of a member state of the European Union, with its prefix: Greece's is EL."""
    prefix = "EL" if country == "GR" else country

    def check(text: str) -> str:
        number = _compact(text)
        try:
            return str(eu_vat.validate(number if number.startswith(prefix) else prefix + number))
        except ValidationError as exc:
            raise WrongNumber(_state_of(number, other_than=prefix)) from exc

    return check


def gb_vat_number(text: str) -> str:
    """With GB, or XI for Northern Ireland, where goods are sold by the rules of the European Union."""
    number = _compact(text)
    prefix = "XI" if number.startswith("XI") else "GB"
    try:
        return prefix + str(gb_vat.validate(number.removeprefix(prefix)))
    except ValidationError as exc:
        raise WrongNumber(_state_of(number, other_than=prefix)) from exc


def ch_vat_number(text: str) -> str:
    """CHE, nine digits and MWST, TVA or IVA; MWST where the ending is missing."""
    number = _compact(text)
    try:
        return str(ch_vat.validate(number if number[-1:].isalpha() else f"{number}MWST"))
    except ValidationError as exc:
        raise WrongNumber from exc


def no_vat_number(text: str) -> str:
    """NO, nine digits and MVA."""
    number = _compact(text)
    try:
        return "NO" + str(mva.validate(number if number.endswith("MVA") else f"{number}MVA")).removeprefix("NO")
    except ValidationError as exc:
        raise WrongNumber from exc


def ch_uid(text: str) -> str:
    return by_rule(uid)(_compact(text))


def kz_number(text: str) -> str:
    """BIN or IIN of Kazakhstan: eleven digits and one that checks them, by the weights 1 to 11 modulo 11; where that is
    10, by the weights 3 to 11, 1, 2. A number for which that is 10 again is never given out."""
    number = _compact(text)
    if not re.fullmatch(r"[0-9]{12}", number):
        raise WrongNumber
    digits = [int(digit) for digit in number]
    first, second = list(range(1, 12)), [*range(3, 12), 1, 2]
    for weights in (first, second):
        found = sum(weight * digit for weight, digit in zip(weights, digits, strict=False)) % 11
        if found < 10:
            break
    if found != digits[-1]:
        raise WrongNumber
    return number


def kz_persons_number(text: str) -> str:
    """An IIN, which begins with a day of birth. Where it has the day, a company's BIN has 4, 5 or 6."""
    number = kz_number(text)
    if not re.match(r"[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])", number):
        raise WrongNumber
    return number


def iban_number(text: str) -> str:
    """ISO 13616, of an account in any country: companies bank abroad."""
    try:
        return str(iban.validate(_compact(text), check_country=False))
    except ValidationError as exc:
        raise WrongNumber from exc


def iban_of(country: str) -> Check:
    """The IBAN of an account in that country, where papers take no other."""

    def check(text: str) -> str:
        number = iban_number(text)
        if not number.startswith(country):
            raise WrongNumber
        return number

    return check


def bic_code(text: str) -> str:
    """ISO 9362, eight or eleven letters and digits."""
    return by_rule(bic)(_compact(text))


def fits_ru_bank(account: str, bank_code: str, *, is_correspondent: bool) -> bool:
    """Whether the check digit of a Russian account fits the bank (BIK): the weights 7, 1, 3 over the bank's last three
    digits and the account; for a correspondent account over 0, the bank's digits 5 and 6, and the account
    (Bank of Russia, 8 September 1997, No. 515)."""
    bank = f"0{bank_code[4:6]}" if is_correspondent else bank_code[-3:]
    digits = [int(digit) for digit in bank + account]
    return sum(digit * (7, 1, 3)[place % 3] for place, digit in enumerate(digits)) % 10 == 0


def _compact(text: str) -> str:
    """Without what people write between the digits, in capitals."""
    return str(clean(text, " -./·–")).strip().upper()


def _state_of(number: str, *, other_than: str) -> str:
    """The state whose VAT number this is; "" if it has no prefix, or is none."""
    prefix = number[:2]
    if prefix == other_than or not prefix.isalpha() or not number.isascii():
        return ""
    try:
        eu_vat.validate(number)
    except ValidationError:
        return "GB" if prefix == "GB" and gb_vat.is_valid(number) else ""
    return {"EL": "GR", "XI": "GB"}.get(prefix, prefix)
