"""camt.053, .052 and .054 of ISO 20022, versions .02 to .08 and later, read by local names.

https://www.iso20022.org/catalogue-messages/iso-20022-messages-archive?search=camt.053. What moved between the versions:
the amount of one item (``TxDtls/AmtDtls/TxAmt/Amt`` in .02, ``TxDtls/Amt`` from .04), the status (text until .04,
``Sts/Cd`` in .08), parties (``Dbtr/Nm``, in .08 ``Dbtr/Pty/Nm``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from storefront.formats.bank_statements.content import (
    Format,
    Line,
    Problem,
    Statement,
    StatementError,
    amount_of,
    clean,
    currency_of,
    normalised_account,
)

#: Booked balances by the code of ISO 20022; interim ones stand where a statement goes on in another file.
OPENING, CLOSING = ("OPBD", "PRCD", "ITBD"), ("CLBD", "ITBD")
FINAL = "BOOK"
#: What banks write where a payer gave no reference.
NO_REFERENCE = {"", "NOTPROVIDED", "NOT PROVIDED", "NONREF"}


def parse(data: bytes) -> list[Statement]:
    """Raises StatementError for what is no such file, holds a DTD or lacks what the format demands."""
    root = _root(data)
    statements = [_statement(each, each.tag.endswith("}Stmt")) for each in root.iter("{*}Stmt", "{*}Rpt", "{*}Ntfctn")]
    if not statements:
        raise StatementError(Problem.NOT_A_STATEMENT, line=root.sourceline)
    return statements


def _root(data: bytes) -> Any:
    from lxml import etree  # heavy, and only here

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        raise StatementError(Problem.NOT_XML, line=exc.lineno or None) from exc
    except ValueError as exc:
        raise StatementError(Problem.NOT_XML) from exc
    if root.getroottree().docinfo.doctype:
        raise StatementError(Problem.DTD, line=1)
    if ":camt.05" not in str(root.tag):
        raise StatementError(Problem.NOT_A_STATEMENT, line=root.sourceline)
    return root


def _found(element: Any, path: str) -> Any:
    return element.find("/".join("{*}" + part for part in path.split("/")))


def _text(element: Any, *paths: str) -> str:
    """The first of the paths that holds text."""
    for path in paths:
        found = _found(element, path)
        if found is not None and (text := (found.text or "").strip()):
            return text
    return ""


def _amount(element: Any) -> Decimal:
    return amount_of(element.text or "", line=element.sourceline)


def _sign(element: Any) -> int:
    mark = _text(element, "CdtDbtInd")
    if mark not in ("CRDT", "DBIT"):
        raise StatementError(Problem.BAD_FIELD, line=element.sourceline, name="CdtDbtInd", found=mark[:20])
    return 1 if mark == "CRDT" else -1


def _day(element: Any, name: str) -> date | None:
    text = _text(element, f"{name}/Dt", f"{name}/DtTm")[:10]
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise StatementError(Problem.BAD_DATE, line=element.sourceline, found=text) from exc


def _statement(element: Any, is_final: bool) -> Statement:
    account = normalised_account(_text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id"))
    if not account:
        raise StatementError(Problem.NO_ACCOUNT, line=element.sourceline)
    balances = _balances(element)
    currency = _text(element, "Acct/Ccy") or next((each.get("Ccy", "") for each, _v, _d in balances.values()), "")
    if not currency:
        amount = _found(element, "Ntry/Amt")
        currency = "" if amount is None else amount.get("Ccy", "")
    currency_of(currency, line=element.sourceline)
    opening = next((balances[code] for code in OPENING if code in balances), None)
    closing = next((balances[code] for code in CLOSING if code in balances), None)
    if opening is not None and opening is closing:  # one interim balance alone says nothing
        opening = closing = None
    return Statement(
        format=Format.CAMT,
        account=account,
        currency=currency,
        number=clean(_text(element, "ElctrncSeqNb", "LglSeqNb"), 40),
        opening=opening[1] if opening else None,
        closing=closing[1] if closing else None,
        opened_on=opening[2] if opening else None,
        closed_on=closing[2] if closing else None,
        is_final=is_final,
        lines=[line for entry in element.findall("{*}Ntry") for line in _entry(entry, currency, is_final)],
    )


def _balances(element: Any) -> dict[str, tuple[Any, Decimal, date | None]]:
    found: dict[str, tuple[Any, Decimal, date | None]] = {}
    for balance in element.findall("{*}Bal"):
        code, amount = _text(balance, "Tp/CdOrPrtry/Cd"), _found(balance, "Amt")
        if code in (*OPENING, *CLOSING) and amount is not None:
            found.setdefault(code, (amount, _sign(balance) * _amount(amount), _day(balance, "Dt")))
    return found


def _entry(entry: Any, currency: str, is_final: bool) -> Iterator[Line]:
    """A booking, item by item where its items add up to it; else, as where fees were taken off, as one line."""
    total = _found(entry, "Amt")
    if total is None:
        raise StatementError(Problem.MISSING_FIELD, line=entry.sourceline, name="Amt")
    if total.get("Ccy") != currency:
        raise StatementError(Problem.BAD_CURRENCY, line=total.sourceline, found=(total.get("Ccy") or "")[:10])
    amount = _sign(entry) * _amount(total)
    status = _text(entry, "Sts/Cd", "Sts")
    if not status:
        raise StatementError(Problem.MISSING_FIELD, line=entry.sourceline, name="Sts")
    is_booked = is_final and status == FINAL
    items = entry.findall("{*}NtryDtls/{*}TxDtls")
    amounts = [_item_amount(item, entry, currency) for item in items]
    if len(items) > 1 and None not in amounts and sum(each or 0 for each in amounts) == amount:
        for number, (item, part) in enumerate(zip(items, amounts, strict=True)):
            yield _line(entry, [item], part or Decimal(0), currency, is_booked, number)
    else:
        yield _line(entry, items, amount, currency, is_booked, 0)


def _item_amount(item: Any, entry: Any, currency: str) -> Decimal | None:
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = _found(item, path)
        if found is not None and found.get("Ccy") == currency:
            return _sign(item if _text(item, "CdtDbtInd") else entry) * _amount(found)
    return None


def _line(entry: Any, items: list[Any], amount: Decimal, currency: str, is_booked: bool, number: int) -> Line:
    item = items[0] if items else entry
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if booked_on is None:
        raise StatementError(Problem.MISSING_FIELD, line=entry.sourceline, name="BookgDt")
    is_reversal = _text(entry, "RvslInd") in ("true", "1")
    reason = _text(item, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    comes = amount > 0 or is_reversal or bool(reason)
    original = _found(item, "AmtDtls/InstdAmt/Amt")
    is_foreign = original is not None and original.get("Ccy") != currency
    name, account, tax_number = _party(item, "Dbtr" if comes else "Cdtr")
    return Line(
        position=entry.sourceline,
        booked_on=booked_on,
        value_on=_day(entry, "ValDt"),
        amount=amount,
        currency=currency,
        payer_name=name,
        payer_account=account,
        payer_tax_number=tax_number,
        text=clean(" ".join(filter(None, (_remittance(each) for each in items))))
        or clean(_text(entry, "AddtlNtryInf")),
        end_to_end=_reference(item, "Refs/EndToEndId"),
        customer_reference=_reference(item, "Refs/InstrId"),
        structured_reference=clean(_text(item, "RmtInf/Strd/CdtrRefInf/Ref"), 70),
        reference=_reference(item, "Refs/AcctSvcrRef") or _reference(entry, "AcctSvcrRef"),
        item=number,
        is_final=is_booked,
        is_reversal=is_reversal or (bool(reason) and amount < 0),
        return_reason=clean(reason, 35),
        original_amount=_amount(original) if is_foreign else None,
        original_currency=(original.get("Ccy") or "")[:3] if is_foreign else "",
    )


def _reference(element: Any, path: str) -> str:
    found = clean(_text(element, path), 70)
    return "" if found.upper() in NO_REFERENCE else found


def _party(item: Any, role: str) -> tuple[str, str, str]:
    """Name, account and tax number; the one they pay for after a slash."""
    base = f"RltdPties/{role}"
    name = clean(_text(item, f"{base}/Pty/Nm", f"{base}/Nm"), 140)
    ultimate = clean(_text(item, f"RltdPties/Ultmt{role}/Pty/Nm", f"RltdPties/Ultmt{role}/Nm"), 140)
    account = _text(item, f"{base}Acct/Id/IBAN", f"{base}Acct/Id/Othr/Id")
    numbers = [f"{base}/{pty}Id/{kind}/Othr/Id" for pty in ("Pty/", "") for kind in ("OrgId", "PrvtId")]
    both = " / ".join(dict.fromkeys(filter(None, (name, ultimate))))
    return both, normalised_account(account)[:40], clean(_text(item, *numbers), 40)


def _remittance(item: Any) -> str:
    """Parts of one text are cut at 140 characters and joined as they are; then numbers of documents it names."""
    text = "".join(each.text or "" for each in item.findall("{*}RmtInf/{*}Ustrd"))
    named = [each.text or "" for each in item.findall("{*}RmtInf/{*}Strd/{*}RfrdDocInf/{*}Nb")]
    named += [each.text or "" for each in item.findall("{*}RmtInf/{*}Strd/{*}AddtlRmtInf")]
    return " ".join(filter(None, (text, *named))) or _text(item, "AddtlTxInf")
