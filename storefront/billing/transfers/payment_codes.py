"""What bank apps read from a picture: the EPC code for euro, ST00012 for roubles; and the RF reference. Pure.

EPC069-12, Quick Response Code: Guidelines to enable data capture for the initiation of a SEPA credit transfer
(https://www.europeanpaymentscouncil.eu/document-library/guidance-documents); ISO 11649 for the reference; GOST R
56042-2014 for the Russian code.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from decimal import Decimal

import segno
from stdnum import iso11649

_LEAST, _MOST = Decimal("0.01"), Decimal("999999999.99")
_EPC_BYTES, _EPC_VERSION = 331, 13


class NoCode(Exception):
    """What is to be told does not fit into the code."""


def creditor_reference(digits: str) -> str:
    """``RF`` with check digits before a reference of digits and letters, at most 21 of them. Raises NoCode."""
    number = int("".join(str(int(each, 36)) for each in f"{digits.upper()}RF00"))
    reference = f"RF{98 - number % 97:02d}{digits.upper()}"
    if not iso11649.is_valid(reference):
        raise NoCode(digits)
    return reference


def epc_text(*, holder: str, iban: str, amount: Decimal, reference: str, bic: str = "") -> str:
    """The text of an EPC code: euro, ``amount`` in major units, ``reference`` an RF reference. Raises NoCode."""
    if amount != amount.quantize(_LEAST) or not _LEAST <= amount <= _MOST:
        raise NoCode("amount")
    lines = ["BCD", "002", "1", "SCT", bic, _one_line(holder, 70), iban, f"EUR{amount:.2f}", "", reference]
    text = "\n".join(lines)
    if len(text.encode()) > _EPC_BYTES:
        raise NoCode("length")
    return text


def rouble_text(
    *, holder: str, number: str, bank: str, bic: str, correspondent: str, amount: Decimal, purpose: str,
    more: Mapping[str, str],
) -> str:  # fmt: skip
    """The text of a Russian payment code in UTF-8: ``amount`` in roubles, written in kopecks. ``more``: further fields
    that are not empty (PayeeINN, KPP)."""
    fields = {
        "Name": _one_line(holder, 160), "PersonalAcc": number, "BankName": _one_line(bank, 45), "BIC": bic,
        "CorrespAcc": correspondent or "0", "Sum": f"{amount * 100:.0f}", "Purpose": _one_line(purpose, 210),
        **{name: _one_line(value, 20) for name, value in more.items() if value},
    }  # fmt: skip
    return "|".join(["ST00012", *(f"{name}={value.replace('|', '/')}" for name, value in fields.items())])


def svg(text: str) -> str:
    """The code as an SVG element with a white margin, error level M. Raises NoCode where it is too large to be read."""
    code = segno.make(text.encode(), error="m", micro=False, boost_error=False)
    if int(code.version) > _EPC_VERSION:
        raise NoCode("size")
    into = io.BytesIO()
    code.save(into, kind="svg", border=4, xmldecl=False, svgns=True, light="#fff", omitsize=True)
    return into.getvalue().decode()


def _one_line(text: str, most: int) -> str:
    """A line break would shift what follows."""
    return " ".join(text.split())[:most]
