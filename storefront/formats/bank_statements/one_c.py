"""The exchange file between 1C and a client-bank program, ``1CClientBankExchange``, version 1.03.

https://v8.1c.ru/tekhnologii/obmen-dannymi-i-integratsiya/standarty-i-formaty/standart-obmena-s-sistemami-klient-banka/
A payment came in where the payee's account is ours and the day of arrival is filled.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from storefront.formats.bank_statements.content import (
    Format,
    Line,
    Problem,
    Statement,
    StatementError,
    amount_of,
    clean,
    lines_of,
    normalised_account,
)

FIRST = "1CClientBankExchange"
#: Digits 6 to 8 of a Russian account are its currency's; 810 is the rouble's of old.
CURRENCIES = {"810": "RUB", "643": "RUB", "978": "EUR", "840": "USD", "156": "CNY", "398": "KZT", "933": "BYN"}


@dataclass(slots=True)
class _Section:
    line: int
    kind: str
    values: dict[str, str] = field(default_factory=dict)

    def get(self, *names: str) -> str:
        return next((self.values[name] for name in names if self.values.get(name)), "")


def decode(data: bytes) -> str:
    """By the head's ``Кодировка`` and what the bytes can be: Cyrillic of windows-1251 is never valid UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    is_dos = "Кодировка=DOS" in data[:600].decode("cp866", "replace")
    try:
        return data.decode("cp866" if is_dos else "cp1251")
    except UnicodeDecodeError as exc:
        raise StatementError(Problem.ENCODING, line=data[: exc.start].count(b"\n") + 1) from exc


def parse(text: str) -> list[Statement]:
    """One statement for each account the file is about. Raises StatementError, also for a file cut off."""
    head, sections = _sections(lines_of(text.rstrip()))
    accounts = [each for each in sections if each.kind == "account"]
    documents = [each for each in sections if each.kind == "document"]
    named = [normalised_account(each.get("РасчСчет")) for each in accounts] + [
        normalised_account(value) for value in head
    ]
    numbers = [each for each in dict.fromkeys(named) if each]
    if not numbers:
        raise StatementError(Problem.NO_ACCOUNT, line=1)
    for document in documents:
        if not {_payee(document), _payer(document)} & set(numbers):
            raise StatementError(Problem.NO_ACCOUNT, line=document.line)
    return [_statement(number, accounts, documents) for number in numbers]


def _sections(lines: list[str]) -> tuple[list[str], list[_Section]]:
    """(accounts that the head names, sections). The last line says that nothing was cut off."""
    if not lines or lines[0].strip() != FIRST:
        raise StatementError(Problem.NOT_A_STATEMENT, line=1)
    head: list[str] = []
    found: list[_Section] = []
    current: _Section | None = None
    for number, line in enumerate(lines[1:], 2):
        name, equals, value = (part.strip() for part in line.partition("="))
        if name in ("СекцияРасчСчет", "СекцияДокумент"):
            if current is not None:
                raise StatementError(Problem.TRUNCATED, line=number)
            current = _Section(number, "account" if name == "СекцияРасчСчет" else "document")
        elif name in ("КонецРасчСчет", "КонецДокумента"):
            if current is None or (current.kind == "account") != (name == "КонецРасчСчет"):
                raise StatementError(Problem.BAD_FIELD, line=number, name=name, found="")
            found.append(current)
            current = None
        elif name == "КонецФайла":
            if current is not None:
                raise StatementError(Problem.TRUNCATED, line=number)
            return head, found
        elif equals and current is not None:
            current.values.setdefault(name, value)
        elif equals and name == "РасчСчет":
            head.append(value)
    raise StatementError(Problem.TRUNCATED, line=len(lines))


def _payee(document: _Section) -> str:
    return normalised_account(document.get("ПолучательСчет", "ПолучательРасчСчет"))


def _payer(document: _Section) -> str:
    return normalised_account(document.get("ПлательщикСчет", "ПлательщикРасчСчет"))


def _statement(number: str, accounts: list[_Section], documents: list[_Section]) -> Statement:
    days = [each for each in accounts if normalised_account(each.get("РасчСчет")) == number]
    days.sort(key=lambda each: _date(each, "ДатаНачала") or date.min)
    opening, closing = (days[0], days[-1]) if days else (None, None)
    lines = [_line(each, number) for each in documents if number in (_payee(each), _payer(each))]
    return Statement(
        format=Format.ONE_C,
        account=number,
        currency=_currency(number),
        opening=_balance(opening, "НачальныйОстаток"),
        closing=_balance(closing, "КонечныйОстаток"),
        opened_on=_date(opening, "ДатаНачала") if opening else None,
        closed_on=_date(closing, "ДатаКонца") if closing else None,
        lines=lines,
    )


def _currency(account: str) -> str:
    """ "" where the number does not say it."""
    return CURRENCIES.get(account[5:8], "") if len(account) == 20 and account.isdigit() else ""


def _balance(section: _Section | None, name: str) -> Decimal | None:
    text = section.get(name) if section else ""
    return amount_of(text, line=section.line) if section and text else None


def _date(section: _Section, *names: str) -> date | None:
    text = section.get(*names)
    if not text:
        return None
    try:
        return datetime.strptime(text[:10], "%d.%m.%Y").date()
    except ValueError as exc:
        raise StatementError(Problem.BAD_DATE, line=section.line, found=text[:20]) from exc


def _line(document: _Section, account: str) -> Line:
    amount = amount_of(document.get("Сумма"), line=document.line)
    if amount < 0:
        raise StatementError(Problem.BAD_AMOUNT, line=document.line, found=document.get("Сумма")[:40])
    is_in = _payee(document) == account
    booked_on = _date(document, "ДатаПоступило") if is_in else _date(document, "ДатаСписано")
    written_on = _date(document, "Дата")
    shown_on = booked_on or written_on
    if shown_on is None:
        raise StatementError(Problem.MISSING_FIELD, line=document.line, name="Дата")
    who = "Плательщик" if is_in else "Получатель"
    text = document.get("НазначениеПлатежа") or "".join(document.get(f"НазначениеПлатежа{n}") for n in range(1, 7))
    return Line(
        position=document.line,
        booked_on=shown_on,
        value_on=booked_on,
        amount=amount if is_in else -amount,
        currency=_currency(account),
        payer_name=clean(re.sub(r"^ИНН\s*\d+\s*", "", document.get(f"{who}1", who)), 140),
        payer_account=(_payer(document) if is_in else _payee(document))[:40],
        payer_tax_number=clean(document.get(f"{who}ИНН"), 40),
        text=clean(text),
        reference=_reference(document, written_on),
        is_final=booked_on is not None,
    )


def _reference(document: _Section, written_on: date | None) -> str:
    """Number and day of the payment order; payers count for themselves, so that it tells their account, too."""
    number = clean(document.get("Номер"), 30)
    return f"{number} {written_on.isoformat()}" if number and written_on else ""
