"""Bank statements with several at them in the same moment: two who confirm, two workers, two formats. Each race has a
control run with its guard off, which must go wrong; and an import that is killed anywhere ends in one payment."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from storefront.billing.audit import checks
from storefront.billing.bank_statements.errors import AlreadyImported
from storefront.billing.bank_statements.models import LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.services import automatic, deciding, importing, writing
from storefront.billing.bank_statements.services import checks as file_checks
from storefront.billing.models import Invoice, Payment
from storefront.billing.transfers.services.booking import Share
from storefront.core import states
from tests.billing.bank_statements.imports import allow, camt_of, imported, take_in
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account
from tests.formats.bank_statements import files
from tests.races.conftest import UNGUARDED, dawdle
from tests.races.test_crashes import MOST_POINTS, backend, doomed, mails  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

DAWDLE = 0.05


@pytest.fixture(autouse=True)
def account(wagtail_site: Any) -> Any:
    return make_account()


def failures(results: list[Any], *expected: type[Exception]) -> list[Any]:
    return [each for each in results if isinstance(each, Exception) and not isinstance(each, expected)]


def line_of(text: str) -> StatementLine:
    imported(camt_of(("96.00", text)))
    return StatementLine.objects.get()


def confirmations(line: StatementLine, invoices: list[Invoice], staff: Any) -> list[Any]:
    return [
        lambda invoice=invoice: deciding.book(
            line=StatementLine.objects.get(pk=line.pk), shares=[Share(invoice)], by=staff
        )
        for invoice in invoices
    ]


@pytest.fixture
def slowly(monkeypatch: Any) -> None:
    """A pause between looking at a line and booking it."""
    incoming_of = deciding.incoming_of

    def slow(line: StatementLine) -> Any:
        dawdle(DAWDLE)
        return incoming_of(line)

    monkeypatch.setattr(deciding, "incoming_of", slow)


def test_a_line_that_two_confirm_for_different_invoices_is_booked_once(
    customer: Any, make_customer: Any, race: Any, slowly: None
) -> None:
    staff, invoices = make_customer("staff@example.com"), [make_invoice(customer), make_invoice(customer)]
    line = line_of("thanks")
    results = race(*confirmations(line, invoices, staff), *confirmations(line, invoices[:1], staff))
    assert Payment.objects.count() == 1
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["open", "paid"]
    assert len([each for each in results if isinstance(each, Exception)]) in (1, 2)
    assert list(checks()) == []


def test_control_run_without_lock_and_key_both_are_booked(
    customer: Any, make_customer: Any, race: Any, monkeypatch: Any
) -> None:
    staff, invoices = make_customer("staff@example.com"), [make_invoice(customer), make_invoice(customer)]
    line, incoming_of, lock = line_of("thanks"), deciding.incoming_of, states.lock

    def look(row: Any) -> Any:
        if not isinstance(row, StatementLine):
            return lock(row)
        row.refresh_from_db()
        dawdle(UNGUARDED)
        return row

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(
        deciding, "incoming_of", lambda row: replace(incoming_of(row), key=f"key-{threading.get_ident()}")
    )
    race(*confirmations(line, invoices, staff))
    assert Payment.objects.count() == 2


def test_a_file_that_is_sent_twice_at_once_is_one(race: Any) -> None:
    content = camt_of(("1.00", "a"), ("2.00", "b"))
    results = race(lambda: take_in(content), copies=4)
    assert failures(results, AlreadyImported) == []
    importing.import_due()
    assert (StatementFile.objects.count(), StatementLine.objects.count()) == (1, 2)


def two_files(invoice: Invoice) -> None:
    rows = [("1.00", "a", {"reference": ""}), ("96.00", invoice.number, {"reference": "B"})]
    take_in(camt_of(*rows))
    take_in(camt_of(*rows) + b"\n")


@pytest.fixture
def slow_insert(monkeypatch: Any) -> None:
    """A pause between looking which lines are known and writing the others."""
    propose = StatementLine.propose

    def slow(line: StatementLine, proposals: Any) -> None:
        dawdle(DAWDLE)
        propose(line, proposals)

    monkeypatch.setattr(StatementLine, "propose", slow)


def test_two_workers_with_the_same_lines_take_each_once_and_book_it_once(
    customer: Any, account: Any, race: Any, slow_insert: None
) -> None:
    allow(account)
    invoice = make_invoice(customer)
    two_files(invoice)
    results = race(importing.import_due, copies=2)
    importing.import_due()
    assert failures(results) == []
    assert (StatementLine.objects.count(), Payment.objects.count()) == (2, 1)
    assert set(StatementFile.objects.values_list("status", flat=True)) == {"done"}
    assert Invoice.objects.get(pk=invoice.pk).status == "paid" and list(checks()) == []


def test_control_run_with_keys_of_each_file_lines_are_taken_twice(
    customer: Any, account: Any, race: Any, slow_insert: None, monkeypatch: Any
) -> None:
    keys = writing.keys
    monkeypatch.setattr(
        writing, "keys", lambda *told: [f"{key}-{threading.get_ident() % 10**9}" for key in keys(*told)]
    )
    two_files(make_invoice(customer))
    race(importing.import_due, copies=2)
    assert StatementLine.objects.count() == 4


def test_two_formats_for_one_day_at_once_are_not_both_imported(race: Any) -> None:
    take_in(camt_of(("1.00", "a")))
    take_in(files.MT940_GERMAN.encode())
    results = race(importing.import_due, copies=2)
    importing.import_due()
    assert failures(results) == []
    assert sorted(StatementFile.objects.values_list("status", flat=True)) == ["done", "refused"]
    assert len(set(StatementLine.objects.values_list("statement__file__format", flat=True))) == 1


def test_control_run_without_the_days_both_are_imported(race: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(file_checks, "reserve_days", lambda statement, account: None)
    take_in(camt_of(("1.00", "a")))
    take_in(files.MT940_GERMAN.encode())
    race(importing.import_due, copies=2)
    importing.import_due()
    assert set(StatementFile.objects.values_list("status", flat=True)) == {"done"}
    assert len(set(StatementLine.objects.values_list("statement__file__format", flat=True))) == 2


def test_an_import_that_is_killed_anywhere_ends_in_one_payment(
    doomed: Any,  # noqa: F811
    account: Any,
    make_customer: Any,
    settings: Any,
    tmp_path: Any,
) -> None:
    settings.PRIVATE_MEDIA_ROOT = tmp_path  # on disk: the other process reads the file, too
    storage = {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    allow(account)
    for die_at in range(1, MOST_POINTS):
        # Each of its own sum: an equal one of that day and payer in another file would be left to a person.
        price = f"{96 + die_at}.00"
        invoice = make_invoice(make_customer(f"buyer{die_at}@example.com"), price)
        file = take_in(camt_of(("1.00", f"a {die_at}"), (price, invoice.number), number=str(die_at)))
        died = doomed.run("import_statements", die_at, files=str(tmp_path))
        with transaction.atomic():
            states.lock(file)  # PostgreSQL rolls back what the dead one began
        StatementFile.objects.update(leased_until=None)
        importing.import_due()
        file.refresh_from_db()
        invoice.refresh_from_db()
        assert (file.status, file.lines_done, invoice.status) == ("done", 2, "paid"), die_at
        assert StatementLine.objects.filter(statement__file=file, status=LineStatus.BOOKED).count() == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    assert Payment.objects.count() == die_at and die_at > 3
    assert automatic.match_open() == StatementLine.objects.filter(status=LineStatus.OPEN).count()
    assert list(checks()) == []
