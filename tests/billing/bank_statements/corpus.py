"""Lines of statements as people and banks write them, each with the invoice it was meant for, written by hand.

``meant``: the last digits of an invoice of 2026, with its year if of another; several with ``+``; ``|`` between
answers that are as good. Nothing: no customer's payment. ``further``: a tax number, RF reference, reference of the
payer, whether it is a reversal or only announced, the currency the payer ordered in.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from storefront.billing.bank_statements.matching import Claim
from storefront.formats.bank_statements import Line

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Sample:
    line: Line
    meant: tuple[frozenset[str], ...]
    told: str


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        yield from csv.DictReader(file, delimiter=";", quoting=csv.QUOTE_NONE)


def claims() -> list[Claim]:
    return [
        Claim(
            pk=pk,
            number=row["number"],
            due=Decimal(row["due"]),
            currency=row["currency"],
            customer=int(row["customer"]),
            payer_name=row["payer"],
            accounts=frozenset(row["accounts"].split()),
            is_open=row["state"] == "open",
        )
        for pk, row in enumerate(_rows("claims.csv"), 1)
    ]


def samples() -> list[Sample]:
    return [_sample(number, row) for number, row in enumerate(_rows("corpus.csv"), 2)]


def _sample(number: int, row: dict[str, str]) -> Sample:
    further = dict(each.split("=") for each in row["further"].split())
    line = Line(
        position=number,
        booked_on=date(2026, 11, 27),
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        text=row["text"],
        payer_name=row["payer"],
        payer_account=row["account"],
        payer_tax_number=further.get("tax", ""),
        structured_reference=further.get("rf", ""),
        end_to_end=further.get("e2e", ""),
        customer_reference=further.get("cref", ""),
        is_reversal="rev" in further,
        is_final="pending" not in further,
        original_currency=further.get("orig", ""),
    )
    answers = row["meant"].split("|") if row["meant"] else []
    meant = tuple(frozenset(_number(each) for each in answer.split("+")) for answer in answers)
    return Sample(line, meant, f"line {number}: {row['text']} | {row['payer']} | {row['amount']}")


def _number(short: str) -> str:
    year, _dash, tail = short.rpartition("-")
    return f"INV-{year or '2026'}-{int(tail):06d}"
