"""``python -m tests.bench statements``: a bank statement of 10,000 lines against 5,000 open invoices, on SQLite and
PostgreSQL, as the worker imports it: read, checked, matched, written. Two thirds of the lines name their invoice.

Printed are seconds of each step in one process, and of the processor, and what matching and the whole import cost
beside reading the file; the whole has to stay below 30 s.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.bench.servers import ROOT

LINES = int(os.environ.get("BENCH_STATEMENT_LINES", "10000"))
INVOICES = int(os.environ.get("BENCH_STATEMENT_INVOICES", "5000"))
IBAN = "DE89370400440532013000"
PRICES = ("49.90", "99.90", "299.40", "588.00", "1188.00")


def report(folder: Path) -> None:
    from tests import postgres
    from tests.bench.lists import _own_database

    sqlite = folder / "statements.sqlite3"
    try:
        for name, url in (("SQLite", f"sqlite:///{sqlite}"), ("PostgreSQL", _own_database(postgres.start()))):
            sqlite.unlink(missing_ok=True)
            print(f"Statement of {LINES:,} lines, {INVOICES:,} open invoices, {name}", flush=True)
            environment = {
                "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.unmigrated",
                "MEDIA_ROOT": f"{folder}/media", "PRIVATE_MEDIA_ROOT": f"{folder}/private",
            }  # fmt: skip
            command = [sys.executable, "-m", "tests.bench.statements"]
            subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
    finally:
        postgres.stop()
        sqlite.unlink(missing_ok=True)


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    chance = random.Random(1)
    invoices = _invoices()
    content = _statement(invoices, chance)
    _steps(content)


def _timed(label: str, step: Callable[[], Any]) -> tuple[Any, float]:
    """What the step returns, and the processor's seconds that it took."""
    begun, at_work = time.perf_counter(), time.process_time()
    result = step()
    worked = time.process_time() - at_work
    print(f"  {label:<34} {time.perf_counter() - begun:6.1f} s, processor {worked:6.1f} s", flush=True)
    return result, worked


def _steps(content: bytes) -> None:
    from storefront.billing.bank_statements.models import FileSource, StatementLine
    from storefront.billing.bank_statements.services import claims, importing
    from storefront.formats.bank_statements import read

    (statement,), reading = _timed("read", lambda: read(content))
    matcher, loading = _timed("invoices loaded", lambda: claims.matcher("EUR"))
    found, matching = _timed("matched", lambda: [matcher.propose(line) for line in statement.lines])
    print(f"  proposed for {sum(map(bool, found)):,}, certain {sum(bool(f) and f[0].is_certain for f in found):,}")
    importing.take_in(content, name="bench.xml", source=FileSource.UPLOAD, by=None)
    _done, whole = _timed("whole import", importing.import_due)
    print(
        f"  matching {(loading + matching) / reading:.1f} times reading the file, the whole {whole / reading:.1f} times"
    )
    assert StatementLine.objects.count() == LINES


def _invoices() -> list[Any]:
    from django.utils import timezone

    from storefront.billing.models import Invoice, Seller
    from storefront.billing.transfers.models import SellerAccount
    from storefront.users.models import User
    from tests.bench.names import email, name

    people = [User(email=email(n)) for n in range(1, INVOICES + 1)]
    User.objects.bulk_create(people, batch_size=500)
    seller = Seller.objects.create(name="Bench", address="x")
    SellerAccount.objects.create(
        seller=seller,
        name="Bench",
        currency="EUR",
        holder="Bench",
        number=IBAN,
        bank_name="Bank",
        bank_code="COBADEFFXXX",
    )
    now, rows = timezone.now(), []
    for n, user in enumerate(User.objects.order_by("pk"), 1):
        price = Decimal(PRICES[n % len(PRICES)])
        rows.append(
            Invoice(
                number=f"INV-{now.year}-{n:06d}", customer=user, currency="EUR", net=price, tax=0, amount=price,
                payer={"name": name(n)}, content_hash=f"{n:064d}", hash_version=4, issued_at=now, due_at=now,
            )
        )  # fmt: skip
    return list(Invoice.objects.bulk_create(rows, batch_size=500))


def _statement(invoices: list[Any], chance: random.Random) -> bytes:
    from tests.formats.bank_statements import files

    entries, total = [], Decimal(0)
    for n in range(LINES):
        invoice = chance.choice(invoices)
        kind = n % 6
        amount = invoice.amount if kind < 5 else Decimal(chance.randrange(100, 99999)) / 100
        text = [
            f"Rechnung {invoice.number} vom 01.11.",
            f"RE {invoice.number[4:]}",
            invoice.number.replace("00", "OO"),
        ][kind % 3]
        name = invoice.payer["name"] if kind != 2 else "Somebody Else GmbH"
        total += amount
        purpose = text if kind < 4 else "Software"
        entries.append(files.entry_08(f"{amount:.2f}", [purpose], reference=f"B{n}", name=name))
    return files.camt(entries="".join(entries), closing=f"{Decimal('1000.00') + total:.2f}")


if __name__ == "__main__":
    main()
