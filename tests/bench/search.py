"""``python -m tests.bench search``: what the back office's search takes with 100,000 customers and all they left, on
SQLite and PostgreSQL. Only the index is loaded: that is all a search reads before it shows its hits."""

from __future__ import annotations

import itertools
import os
import random
import statistics
import string
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.bench.servers import ROOT

CUSTOMERS = int(os.environ.get("BENCH_SEARCH_CUSTOMERS", "100000"))
ROUNDS = 40
FIRST = (
    "Anna Peter Maria John Olga Ivan Elena Ahmed Chen Lucas Emma Noah Mia Liam Sofia Andrey Natalia Pavel Irina Max"
).split()
SYLLABLES = "ka lo mer tin dor vel sha bri nov ski ber gar man tel ros win fal qui zan pet har lum".split()

Row = tuple[int, int, str, int]


def report(folder: Path) -> None:
    from tests import postgres

    sqlite = folder / "search.sqlite3"
    sqlite.unlink(missing_ok=True)
    try:
        for name, url in (("SQLite", f"sqlite:///{sqlite}"), ("PostgreSQL", postgres.start())):
            print(f"Search, {name}, {CUSTOMERS:,} customers", flush=True)
            environment = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.settings"}
            subprocess.run(
                [sys.executable, "-m", "tests.bench.search"], cwd=ROOT, env={**os.environ, **environment}, check=True
            )
    finally:
        postgres.stop()
        sqlite.unlink(missing_ok=True)


def documents(customers: int) -> Iterator[tuple[int, int, str]]:
    """Kind, pk and text: each customer with an order, its invoice, payment and license, and three mails."""
    from storefront.backoffice.models.search import Kind
    from storefront.backoffice.search.words import Style, Value

    chance = random.Random(1)

    def word(syllables: int) -> str:
        return "".join(chance.choice(SYLLABLES) for _ in range(syllables))

    def code(length: int) -> str:
        return "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(length))

    for number in range(1, customers + 1):
        first, last, company = chance.choice(FIRST), word(3).title(), f"{word(2)} {word(2)} GmbH".title()
        portal = f"{word(2)}{chance.randrange(1000)}.bitrix24.com"
        email = f"{first}.{last}{chance.randrange(100)}@{company.split()[0]}.com".lower()
        phone = f"49{chance.randrange(10**9, 10**10)}"
        invoice = f"INV-2026-{number:06}"
        for kind, values in (
            (Kind.CUSTOMER, [(Style.PARTS, text) for text in (f"{first} {last}", company, phone, email)]),
            (Kind.ORDER, [(Style.PARTS, f"SO-{code(4)}-{code(4)}"), (Style.PARTS, portal)]),
            (Kind.INVOICE, [(Style.PARTS, text) for text in (invoice, f"{first} {last}", company)]),
            (Kind.ATTEMPT, [(Style.REFERENCE, text) for text in (code(22), f"cs_test_{code(58)}", f"pi_{code(24)}")]),
            (Kind.LICENSE, [(Style.PARTS, f"LIC-{code(4)}-{code(4)}"), (Style.PARTS, portal)]),
        ):
            yield kind, number, "\n".join(Value(style, text).line() for style, text in values)
        for mail, subject in enumerate((f"Your order {number}", f"Payment received: {invoice}", "Your license works")):
            values = [Value(Style.STARTS, email), Value(Style.STARTS, subject)]
            yield Kind.MAIL, 3 * number + mail, "\n".join(value.line() for value in values)


def load() -> int:
    """Make the two tables and fill them; returns how many terms there are."""
    from django.db import connection

    from storefront.backoffice.models.search import SearchDocument, SearchTerm
    from storefront.backoffice.search.words import terms

    with connection.schema_editor() as editor:
        for model in (SearchTerm, SearchDocument):
            if model._meta.db_table in connection.introspection.table_names():
                editor.delete_model(model)
            editor.create_model(model)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pragma in ("synchronous = OFF", "journal_mode = OFF", "cache_size = -1000000"):
                cursor.execute(f"PRAGMA {pragma}")
    count = 0
    for batch in _batches():
        rows = sorted((kind, int(rank), term, pk) for kind, pk, text in batch for term, rank in terms(text).items())
        _insert(SearchDocument._meta.db_table, "kind, object_id, text", batch)
        _insert(SearchTerm._meta.db_table, "kind, rank, term, object_id", rows)
        count += len(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return count


def _batches() -> Iterator[list[tuple[int, int, str]]]:
    everything = documents(CUSTOMERS)
    while batch := list(itertools.islice(everything, 100_000)):
        yield batch


def _insert(table: str, columns: str, rows: list[Any]) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def slip(chance: random.Random, word: str) -> str:
    """The word with two letters in each other's place."""
    at = chance.randrange(1, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def measure() -> None:
    from django.db import connection, transaction

    from storefront.backoffice.models.search import Kind, SearchDocument
    from storefront.backoffice.search import index
    from storefront.backoffice.search.finding import find
    from storefront.backoffice.search.words import Style, Value

    began = time.monotonic()
    count = load()
    print(f"  {count:,} terms, loaded in {time.monotonic() - began:.0f} s")
    chance = random.Random(2)

    def values(kind: Kind) -> tuple[int, list[str]]:
        pk = chance.randrange(1, CUSTOMERS + 1)
        return pk, [line[1:] for line in SearchDocument.objects.get(kind=kind, object_id=pk).text.splitlines()]

    def of(kind: Kind, position: int, change: Callable[[str], str]) -> Callable[[], tuple[Kind, int, str]]:
        def typed() -> tuple[Kind, int, str]:
            pk, lines = values(kind)
            return kind, pk, change(lines[position])

        return typed

    queries = {
        "an e-mail": of(Kind.CUSTOMER, 3, lambda text: text),
        "a first name (5,000 have it)": of(Kind.CUSTOMER, 0, lambda text: text.split()[0]),
        "part of a company": of(Kind.CUSTOMER, 1, lambda text: text.replace(" ", "")[2:9]),
        "surname, first name": of(Kind.CUSTOMER, 0, lambda text: " ".join(reversed(text.split()))),
        "end of a phone number": of(Kind.CUSTOMER, 2, lambda text: text[-7:]),
        "number with blanks": of(Kind.INVOICE, 0, lambda text: f"{text[:9]} {text[9:12]} {text[12:]}"),
        "portal and 'bitrix'": of(Kind.LICENSE, 1, lambda text: f"{text.split()[0]} bitrix"),
        "'bitrix24' (all have it)": of(Kind.LICENSE, 1, lambda text: "bitrix24"),
        "two common words": of(Kind.CUSTOMER, 1, lambda text: "gmbh anna"),
        "8 characters of a reference": of(Kind.ATTEMPT, 1, lambda text: text.replace(" ", "")[21:29]),
        "a reference": of(Kind.ATTEMPT, 1, lambda text: text),
        "a mistyped surname": of(Kind.CUSTOMER, 0, lambda text: slip(chance, text.split()[1])),
        "mistyped company, first name": of(
            Kind.CUSTOMER, 1, lambda text: slip(chance, text.split()[0] + text.split()[1])
        ),
        "a mistyped portal": of(Kind.LICENSE, 1, lambda text: slip(chance, text.split()[0])),
        "nothing": lambda: (Kind.CUSTOMER, 0, "".join(chance.choice("qxzjvw") for _ in range(12))),
    }
    for name, typed in queries.items():
        times, hits = [], 0
        for _ in range(ROUNDS):
            kind, pk, text = typed()
            began = time.perf_counter()
            groups = find(text, list(Kind), limit=9)
            times.append((time.perf_counter() - began) * 1000)
            hits += any(hit.object_id == pk for hit in groups.get(kind, []))
        slow = sorted(times)[int(ROUNDS * 0.95)]
        print(f"  {name:<34}{statistics.median(times):>8.1f} ms{slow:>8.1f} ms (95 %){hits * 100 // ROUNDS:>5} % shown")

    def checkout(number: int) -> None:
        with transaction.atomic():
            person = [
                Value(Style.PARTS, text) for text in ("Nora Neuberg", "Neuberg GmbH", "4930", f"n{number}@new.com")
            ]
            index.add_new(Kind.CUSTOMER, number, person)
            index.add(Kind.CUSTOMER, number, person)
            index.add_new(Kind.ORDER, number, [Value(Style.PARTS, f"SO-{number}-AB12")])
            index.add(Kind.ORDER, number, [Value(Style.PARTS, "neuberg.bitrix24.com")])
            index.add_new(Kind.INVOICE, number, [Value(Style.PARTS, f"INV-2027-{number}"), *person[:2]])
            index.add_new(Kind.MAIL, number * 9, [Value(Style.STARTS, "Your order"), Value(Style.STARTS, "n@new.com")])

    taken = []
    for number in range(10**6, 10**6 + ROUNDS):
        began = time.perf_counter()
        checkout(number)
        taken.append((time.perf_counter() - began) * 1000)
    print(f"  {'what a checkout writes':<34}{statistics.median(taken):>8.1f} ms", flush=True)
    connection.close()


if __name__ == "__main__":
    import django

    django.setup()
    measure()
