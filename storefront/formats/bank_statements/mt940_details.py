"""Field 86 of MT940: who paid and what for, in the ways banks write it.

German (and Czech, Hungarian ...) ``166?00TEXT?20...?32NAME``, Polish the same with ``<`` or ``~``, Dutch
``/EREF/.../NAME/.../REMI/...``, or plain text.
"""

from __future__ import annotations

import re
from dataclasses import replace

from storefront.formats.bank_statements.content import Line, clean, normalised_account

PARTS = re.compile(r"\d{3}([?<~^])")
#: Subfields of the purpose, and their width: a full one goes on in the next without a blank.
PURPOSE, WIDTH = (*range(20, 30), *range(60, 64)), 27
FIELD_WIDTH = 65
SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP)\+")
SLASHED = (
    "EREF|PREF|MARF|CSID|ORDP|BENM|NAME|ID|ADDR|REMI|TRTP|TRCD|BIC|IBAN|RTRN|ISDT|UDTR|UCRD|CNTP|ACCW|PURP|SWOC|BO|OCMT"
)
SLASH = re.compile(rf"/({SLASHED})/")
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
NO_REFERENCE = {"", "NOTPROVIDED", "NONREF"}


def details_of(content: list[str], line: Line) -> Line:
    """The movement with what its field 86 tells."""
    joined = _joined(content, FIELD_WIDTH)
    if (found := PARTS.match(joined)) is not None:
        return _parted("".join(content), found[1], line)
    if SLASH.match(joined):
        return _slashed("".join(content), line)
    return _with_purpose(replace(line, text=clean(f"{line.text} {joined}")), joined)


def _joined(parts: list[str], width: int) -> str:
    """Parts that fill their width go on in the next one; others end there."""
    return "".join(each if len(each) >= width else f"{each.rstrip()} " for each in parts).strip()


def _parted(text: str, mark: str, line: Line) -> Line:
    subfields: dict[int, str] = {}
    for found in re.finditer(rf"{re.escape(mark)}(\d\d)([^{re.escape(mark)}]*)", text):
        subfields.setdefault(int(found[1]), found[2])
    purpose = _joined([subfields[each] for each in PURPOSE if each in subfields], WIDTH)
    name = " ".join(filter(None, (subfields.get(each, "").strip() for each in (32, 33))))
    account = normalised_account(subfields.get(38, "") or subfields.get(31, ""))
    known = replace(line, payer_name=clean(name, 140), payer_account=account[:40], text=clean(purpose))
    return _with_purpose(known, purpose)


def _with_purpose(line: Line, purpose: str) -> Line:
    """Keys of SEPA within the purpose: ``SVWZ+`` is what the payer wrote, ``EREF+`` their reference."""
    found = list(SEPA.finditer(purpose))
    if not found:
        return line
    ends = [each.start() for each in found[1:]] + [len(purpose)]
    told = {each[1]: purpose[each.end() : end].strip() for each, end in zip(found, ends, strict=True)}
    before = purpose[: found[0].start()].strip()
    text = " ".join(filter(None, (before, told.get("SVWZ", ""))))
    account = normalised_account(told.get("IBAN", ""))
    return replace(
        line,
        text=clean(text) or line.text,
        end_to_end=_reference(told.get("EREF", "")),
        customer_reference=_reference(told.get("KREF", "")) or line.customer_reference,
        payer_name=line.payer_name or clean(told.get("ABWA", ""), 140),
        payer_account=line.payer_account or account[:40],
    )


def _slashed(text: str, line: Line) -> Line:
    found = list(SLASH.finditer(text))
    ends = [each.start() for each in found[1:]] + [len(text)]
    told: dict[str, str] = {}
    for each, end in zip(found, ends, strict=True):
        told.setdefault(each[1], text[each.end() : end].strip("/ "))
    remittance = re.sub(r"^(USTD|STRD)//?", "", told.get("REMI", ""))
    structured = re.sub(r"^CUR/|^ISO/", "", remittance) if told.get("REMI", "").startswith("STRD") else ""
    account = told.get("IBAN", "") or next(iter(IBAN.findall(told.get("CNTP", ""))), "")
    counterparty = told.get("CNTP", "").split("/")
    name = told.get("NAME", "") or (counterparty[2] if len(counterparty) > 2 else "")
    return replace(
        line,
        text=clean(remittance) or line.text,
        structured_reference=clean(structured, 70),
        end_to_end=_reference(told.get("EREF", "")),
        payer_name=clean(name, 140),
        payer_account=normalised_account(account)[:40],
        return_reason=clean(told.get("RTRN", ""), 35),
        is_reversal=line.is_reversal or ("RTRN" in told and line.amount < 0),
    )


def _reference(text: str) -> str:
    found = clean(text, 70)
    return "" if found.upper() in NO_REFERENCE else found
