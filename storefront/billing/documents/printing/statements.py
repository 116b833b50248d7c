"""The body of a reconciliation statement: every entry in the columns of both parties."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from storefront.billing.documents.content import Content, Statement
from storefront.billing.documents.printing import words
from storefront.billing.documents.printing.amounts_in_words import in_words
from storefront.billing.documents.printing.languages import Speaker


def body(content: Content, statement: Statement, speaker: Speaker) -> dict[str, Any]:
    debit = sum((entry.debit for entry in statement.entries), Decimal(0))
    credit = sum((entry.credit for entry in statement.entries), Decimal(0))
    days = {"first": speaker.day(statement.first), "last": speaker.day(statement.last)}
    return {
        "period": speaker.both(words.PERIOD, **days),
        "begin": speaker.both(words.STATEMENT_SAYS),
        "sides": [
            speaker.both(words.BY_PARTY, name=party.name, currency=content.currency)
            for party in (content.seller, content.payer)
        ],
        "heads": [speaker.both(head) for head in (words.DATE, words.ENTRY, words.DEBIT, words.CREDIT)],
        "opening": _balance(words.OPENING, statement.opening, speaker),
        "rows": [
            [
                speaker.short_day(entry.on),
                entry.text,
                speaker.figure(entry.debit) if entry.debit else "",
                speaker.figure(entry.credit) if entry.credit else "",
            ]
            for entry in statement.entries
        ],
        "turnover": {
            "label": speaker.both(words.TURNOVER), "debit": speaker.figure(debit), "credit": speaker.figure(credit),
        },
        "closing": _balance(words.CLOSING, statement.closing, speaker),
        "result": _result(content, statement, speaker),
    }  # fmt: skip


def _balance(label: Any, balance: Decimal, speaker: Speaker) -> dict[str, Any]:
    """What the payer owes stands in debit, what the seller owes in credit."""
    figure = speaker.figure(abs(balance)) if balance else speaker.figure(Decimal(0))
    return {
        "label": speaker.both(label),
        "debit": figure if balance >= 0 else "",
        "credit": figure if balance < 0 else "",
    }


def _result(content: Content, statement: Statement, speaker: Speaker) -> list[str]:
    day = speaker.day(statement.last)
    if not statement.closing:
        return speaker.both(words.NOTHING_OWED, day=day)
    debtor, creditor = content.payer.name, content.seller.name
    if statement.closing < 0:
        debtor, creditor = creditor, debtor
    amount = abs(statement.closing)

    def said() -> str:
        spoken = in_words(amount, content.currency)
        values = {"day": day, "debtor": debtor, "creditor": creditor, "amount": speaker.amount(amount)}
        return str(words.OWES) % (values | {"words": spoken[:1].lower() + spoken[1:]})

    return speaker.each(said)
