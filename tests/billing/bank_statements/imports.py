"""Statement files about the account of ``tests.billing.transfers``, imported as the worker does it."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from storefront.billing.bank_statements.models import FileSource, ImportRule, StatementFile, StatementLine
from storefront.billing.bank_statements.services import importing
from storefront.billing.transfers.models import SellerAccount
from tests.formats.bank_statements import files

_numbers = itertools.count(1)


def camt_of(
    *rows: tuple[str, str] | tuple[str, str, dict[str, Any]], number: str = "7", account: str = files.IBAN
) -> bytes:
    """A statement with (amount, purpose, further) of each movement; below zero went out. It adds up."""
    entries, total = "", Decimal(0)
    for amount, text, *further in rows:
        more = {"reference": f"R{next(_numbers)}"} | (further[0] if further else {})
        total += Decimal(amount) if more.get("status", "BOOK") == "BOOK" else 0
        mark = "CRDT" if Decimal(amount) > 0 else "DBIT"
        entries += files.entry_08(amount.lstrip("-"), [text], mark=mark, **more)
    return files.camt(entries=entries, closing=f"{Decimal('1000.00') + total:.2f}", number=number, account=account)


def take_in(content: bytes, name: str = "statement.xml", **more: Any) -> StatementFile:
    return importing.take_in(content, name=name, source=FileSource.UPLOAD, by=None, **more)


def imported(content: bytes, **more: Any) -> StatementFile:
    """The file after the worker has had it."""
    file = take_in(content, **more)
    importing.import_due()
    file.refresh_from_db()
    return file


def lines() -> list[StatementLine]:
    return list(StatementLine.objects.order_by("pk"))


def allow(account: SellerAccount) -> None:
    """What is certain is booked by itself."""
    ImportRule.objects.create(account=account, books_certain=True)
