"""``python -m tests.bench account``: the personal account. How many orders one account pays a second, one after the
other, as its lock has it; and what its pages take once 10,000 expenses are on it.

Milliseconds of our processor, and as many bare views (one query, the stock middleware) as take as long. SQLite, tables
without migrations.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from copy import copy
from decimal import Decimal
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from tests.bench.servers import ROOT

EXPENSES = int(os.environ.get("BENCH_ACCOUNT_EXPENSES", "10000"))
SPENDS, ROUNDS, WARM = 100, 20, 3
PAGES = {
    "expenses": "/account/expenses/",
    "expenses, last page": "/account/expenses/?page={last}",
    "expenses, by text": "/account/expenses/?q=License",
    "expenses of a payment": "/account/expenses/?q={payment}",
    "payments": "/account/payments/",
    "statement": "/account/statement/",
    "overview": "/account/",
}


def report(folder: Path) -> None:
    database = folder / "account.sqlite3"
    database.unlink(missing_ok=True)
    bare = {"BENCH_BARE_DATABASE": f"{folder}/account-bare.sqlite3"}
    subprocess.run([sys.executable, "-m", "tests.bench.bare"], cwd=ROOT, env={**os.environ, **bare}, check=True)
    yardstick = subprocess.run(
        [sys.executable, "-m", "tests.bench.payments", "bare"], cwd=ROOT, env={**os.environ, **bare}, check=True,
        capture_output=True,
    )  # fmt: skip
    environment = {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "tests.bench.unmigrated"}
    command = [sys.executable, "-m", __name__, yardstick.stdout.decode().strip()]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)


def main(yardstick: float) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.test import Client

    from storefront.billing.personal_account import balances
    from storefront.users.models import User
    from tests.factories import make_site

    call_command("migrate", run_syncdb=True, verbosity=0)
    make_site()
    customer = User.objects.create(email="bench@example.com")
    payment = _funded(customer, Decimal(1_000_000))
    _spends(customer, yardstick)
    _repeat_an_expense()
    assert balances.spendable(customer, "EUR") > 0
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(customer)
    print(f"Pages of an account with {EXPENSES:,} expenses", flush=True)
    for name, path in PAGES.items():
        _page(client, name, path.format(last=EXPENSES, payment=payment.number), yardstick)


def _funded(customer: Any, amount: Decimal) -> Any:
    from django.db import transaction

    from storefront.billing.services import part_payments
    from storefront.billing.services.locking import lock_invoice
    from storefront.billing.services.payments import register
    from storefront.billing.states import InvoiceKind
    from tests.billing.building import make_invoice

    advance = make_invoice(customer, f"{amount}", with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    with transaction.atomic():
        payment = register(
            customer=customer, gateway="bank_transfer", reference="bench", amount=amount, currency="EUR", is_live=False
        )  # fmt: skip
        part_payments.pay_with(lock_invoice(advance.pk), payment, amount)
    return payment


def _spends(customer: Any, yardstick: float) -> None:
    from storefront.billing.personal_account import paying
    from tests.billing.building import make_invoice

    invoices = [make_invoice(customer, "10.00") for _n in range(SPENDS)]
    begun, cpu = time.perf_counter(), process_time()
    for invoice in invoices:
        paying.pay(invoice=invoice)
    each = 1000 * (process_time() - cpu) / SPENDS
    a_second = SPENDS / (time.perf_counter() - begun)
    print(f"One account pays {a_second:.0f} orders a second: {each:.1f} ms, {each / yardstick:.0f} bare views each")


def _repeat_an_expense() -> None:
    """As many more expenses as are wanted, copies of the last one."""
    from storefront.billing.models import Allocation, Invoice, LedgerEntry, LedgerTransaction

    last = LedgerTransaction.objects.filter(kind="purchase").latest("pk")
    invoice, line = last.invoice, last.invoice.lines.get()
    entries, allocation = list(last.entries.all()), Allocation.objects.get(entry__transaction=last)
    for number in range(EXPENSES - SPENDS):
        bought = _copy(invoice, number=f"INV-B-{number}", public_id=f"bench-{number}", order=None)
        Invoice.objects.bulk_create([bought])
        type(line).objects.bulk_create([_copy(line, invoice=bought)])
        moved = _copy(last, key=f"bench-{number}", invoice=bought)
        LedgerTransaction.objects.bulk_create([moved])
        made = LedgerEntry.objects.bulk_create([_copy(each, transaction=moved) for each in entries])
        spent = next(each for each in made if each.account_id == allocation.entry.account_id)
        Allocation.objects.bulk_create([_copy(allocation, entry=spent)])


def _copy(row: Any, **values: Any) -> Any:
    found = copy(row)
    found.pk, found._state = None, type(row._state)()
    for name, value in values.items():
        setattr(found, name, value)
    return found


def _page(client: Any, name: str, path: str, yardstick: float) -> None:
    taken = []
    for _round in range(WARM + ROUNDS):
        begun = process_time()
        if client.get(path).status_code != 200:
            raise RuntimeError(path)
        taken.append(1000 * (process_time() - begun))
    each = median(taken[WARM:])
    print(f"  {name:<22} {each / yardstick:6.0f}  ({each:.0f} ms of the processor)", flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]))
