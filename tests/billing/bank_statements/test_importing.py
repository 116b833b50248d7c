"""Files of statements: taken in once, refused as a whole or imported, line by line and never twice."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from storefront.billing.audit import checks
from storefront.billing.bank_statements import retention
from storefront.billing.bank_statements.errors import AlreadyImported
from storefront.billing.bank_statements.models import CsvMapping, LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.services import automatic, folder, importing, writing
from storefront.billing.models import Invoice, Payment
from storefront.billing.transfers.models import BankTransfer, SellerAccount
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share, key_of
from storefront.core import clock, queue
from tests.billing.bank_statements.imports import allow, camt_of, imported, lines, take_in
from tests.billing.building import make_invoice
from tests.billing.transfers import make_account
from tests.formats.bank_statements import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> SellerAccount:
    return make_account()


@pytest.fixture(autouse=True)
def _books_agree() -> Any:
    yield
    assert list(checks()) == []


def test_lines_are_proposed_with_score_and_reasons_and_wait_for_a_person(customer: Any, account: Any) -> None:
    invoice = make_invoice(customer)
    file = imported(camt_of(("96.00", f"Rechnung {invoice.number}"), ("-5.00", "Entgelt"), ("3.00", "Zinsen")))
    assert (file.status, file.lines_total, file.lines_done, file.lines_known) == ("done", 3, 3, 0)
    paid, fee, interest = lines()
    assert (paid.status, paid.score, paid.is_certain) == (LineStatus.OPEN, 140, True)
    assert "number_exact" in paid.proposed[0].reasons and paid.proposed[0].parts == ((invoice.pk, paid.amount),)
    assert (fee.status, interest.status, interest.proposals) == (LineStatus.OUTGOING, LineStatus.OPEN, [])
    assert Payment.objects.count() == 0


def test_only_where_the_seller_allows_it_what_is_certain_is_booked_by_itself(customer: Any, account: Any) -> None:
    allow(account)
    sure, less, repaired = make_invoice(customer), make_invoice(customer), make_invoice(customer)
    typed = repaired.number.replace("000", "OOO")
    imported(camt_of(("96.00", sure.number), ("90.00", less.number), ("96.00", typed), ("96.00", sure.number)))
    booked, part, guessed, again = lines()
    assert booked.status == LineStatus.BOOKED and booked.transfer is not None and booked.decided_by is None
    assert [each.status for each in (part, guessed, again)] == [LineStatus.OPEN] * 3
    assert "not_open" in again.proposed[0].reasons  # paid by the first, a person says whose the second is
    states = [Invoice.objects.get(pk=each.pk).status for each in (sure, less, repaired)]
    assert states == ["paid", "open", "open"]


def test_the_same_file_is_refused_and_an_overlapping_one_takes_only_what_is_new(account: Any) -> None:
    first = camt_of(("10.00", "one", {"reference": "A"}), ("20.00", "two", {"reference": "B"}))
    imported(first)
    with pytest.raises(AlreadyImported):
        take_in(first)
    rows = ("20.00", "two", {"reference": "B"}), ("30.00", "three", {"reference": "C"})
    second = imported(camt_of(*rows, number="8"))
    assert (second.lines_total, second.lines_known, StatementLine.objects.count()) == (2, 1, 3)


def test_two_true_equal_payments_stay_two(account: Any) -> None:
    imported(camt_of(("10.00", "same", {"reference": ""}), ("10.00", "same", {"reference": ""})))
    assert StatementLine.objects.count() == 2
    batch = files.entry_08("10.00", ["x"], reference="SAME") + files.entry_08("10.00", ["x"], reference="SAME")
    imported(files.camt(entries=batch, closing="1020.00", number="9"))
    later = StatementLine.objects.filter(reference="SAME")
    assert len({each.transfer_key for each in later}) == 2  # else the second would count as booked with the first


def equal(*balances: str, number: str) -> bytes:
    """A statement from the first balance to the last with a line of 10.00 for each step, all saying the same."""
    entries = files.entry_08("10.00", ["same"], reference="") * (len(balances) - 1)
    return files.camt(entries=entries, opening=balances[0], closing=balances[-1], number=number)


#: Statements of one day, one line each (but the whole day has three), in the order in which they come.
MORNING = ("1000.00", "1010.00")
NOON, EVENING = ("1010.00", "1020.00"), ("1020.00", "1030.00")
WHOLE_DAY = ("1000.00", "1010.00", "1020.00", "1030.00")


@pytest.mark.parametrize(
    "order",
    [
        (MORNING, NOON, EVENING), (NOON, MORNING, EVENING), (EVENING, NOON, MORNING), (WHOLE_DAY, NOON, MORNING),
        (MORNING, NOON, EVENING, WHOLE_DAY), (MORNING, WHOLE_DAY, EVENING),
    ],
)  # fmt: skip
def test_equal_payments_in_statements_that_follow_each_other_stay_as_many(account: Any, order: Any) -> None:
    """Their lines have no reference of the bank; the balances say that one statement begins where another ended."""
    for at, balances in enumerate(order):
        imported(equal(*balances, number=str(at)))
    assert StatementLine.objects.count() == 3
    for at, balances in enumerate(order):  # each again, in a file with other bytes
        assert imported(equal(*balances, number=str(at)) + b"\n").lines_known == len(balances) - 1
    assert StatementLine.objects.count() == 3


def test_a_file_waits_for_the_one_before_it(account: Any, monkeypatch: Any) -> None:
    """Another worker is still reading that one, so that its lines are not there yet."""
    first, second = take_in(equal(*MORNING, number="1")), take_in(equal(*NOON, number="2"))
    monkeypatch.setattr(writing, "write", lambda *_args, **_more: False)
    importing._import(queue.lease(importing._due, importing.PATIENCE))
    monkeypatch.undo()
    leased = queue.lease(importing._due, importing.PATIENCE)
    assert leased == second and importing._import(leased) == 0
    StatementFile.objects.update(leased_until=None, next_attempt_at=clock.now())
    importing.import_due()
    assert {each.status for each in StatementFile.objects.all()} == {"done"}
    assert (first.pk < second.pk, StatementLine.objects.count()) == (True, 2)


def test_another_format_for_the_same_day_is_refused_with_the_day(account: Any) -> None:
    imported(camt_of(("10.00", "one")))
    file = imported(files.MT940_GERMAN.replace("C261126EUR1000,00", "C261126EUR1000,00").encode())
    assert file.status == "refused"
    assert "2026-11-27" in file.told_problem and "camt.053" in file.told_problem
    assert StatementLine.objects.count() == 1


def test_a_file_that_is_wrong_is_refused_as_a_whole_and_may_come_again(account: Any) -> None:
    broken = camt_of(("10.00", "one")).replace(b"<Dt>2026-11-27</Dt></BookgDt>", b"<Dt>soon</Dt></BookgDt>")
    file = imported(broken)
    assert (file.status, StatementLine.objects.count()) == ("refused", 0)
    assert file.told_problem.startswith("Line 7:") and "soon" in file.told_problem
    take_in(broken)


def test_an_account_that_is_not_ours_and_another_currency_are_refused(account: Any) -> None:
    other = imported(files.camt(account="DE02120300000000202051"))
    assert other.status == "refused" and "DE02120300000000202051" in other.told_problem
    dollars = imported(files.camt().replace(b"EUR", b"USD"))
    assert dollars.status == "refused" and "USD" in dollars.told_problem


def test_a_german_account_is_known_without_the_check_digits_of_its_iban(account: Any) -> None:
    file = imported(files.MT940_GERMAN.encode())
    assert file.status == "done" and {each.account for each in lines()} == {account}


def test_gaps_in_numbers_and_balances_are_told(account: Any) -> None:
    assert imported(camt_of(("1.00", "a"), number="7")).told_remarks == []
    assert len(imported(camt_of(("2.00", "b"), number="8")).told_remarks) == 1  # opens with 1000.00 again
    remarks = imported(camt_of(("3.00", "c"), number="11")).told_remarks
    assert any("11" in each and "8" in each for each in remarks)


def test_what_is_only_announced_is_left_out_until_it_is_booked(account: Any) -> None:
    announced = ("10.00", "one", {"reference": "A", "status": "PDNG"})
    file = imported(camt_of(announced))
    assert (file.lines_announced, StatementLine.objects.count()) == (1, 0)
    imported(camt_of(("10.00", "one", {"reference": "A"}), number="8"))
    assert StatementLine.objects.count() == 1
    report = files.camt(entries=files.entry_08("5.00", reference="Z"), kind="R", root="Rpt", message="052")
    within = imported(report)
    assert within.status == "done" and StatementLine.objects.count() == 1 and len(within.told_remarks) == 1


def test_a_transfer_confirmed_by_hand_is_not_booked_again(customer: Any, account: Any, make_customer: Any) -> None:
    allow(account)
    invoice, staff = make_invoice(customer), make_customer("staff@example.com")
    content = camt_of(("96.00", invoice.number, {"reference": "BANK-1"}))
    day = files_day()
    key = key_of(account=account, value_on=day, amount=invoice.amount, bank_reference="bank 1")
    incoming = booking.Incoming(key=key, account=account, amount=invoice.amount, value_on=day)
    transfer = booking.book(incoming=incoming, shares=[Share(invoice)], by=staff)
    imported(content)
    (line,) = lines()
    assert (line.status, line.transfer, BankTransfer.objects.count()) == (LineStatus.BOOKED, transfer, 1)


def test_what_looks_like_a_transfer_confirmed_by_hand_is_left_to_a_person(
    customer: Any, account: Any, make_customer: Any
) -> None:
    allow(account)
    by_hand, other = make_invoice(customer), make_invoice(customer)
    day = files_day()
    incoming = booking.Incoming(key="by-hand", account=account, amount=by_hand.amount, value_on=day)
    booking.book(incoming=incoming, shares=[Share(by_hand)], by=make_customer("staff@example.com"))
    imported(camt_of(("96.00", other.number)))
    (line,) = lines()
    assert line.is_certain and line.status == LineStatus.OPEN


def files_day() -> Any:
    from datetime import date

    return date(2026, 11, 27)


def test_a_worker_that_dies_in_the_middle_leaves_the_rest_to_the_next(
    customer: Any, account: Any, monkeypatch: Any, time_machine: Any
) -> None:
    allow(account)
    invoice = make_invoice(customer)
    monkeypatch.setattr(writing, "CHUNK", 2)
    rows = [("1.00", f"line {n}") for n in range(5)] + [("96.00", invoice.number)]
    file = take_in(camt_of(*rows))
    for place in ("storefront.billing.bank_statements.services.writing._add_new", f"{automatic.__name__}.settle"):
        _die_after(monkeypatch, place, calls=2 if "writing" in place else 0)
        with pytest.raises(KeyboardInterrupt):
            importing.import_due()
        monkeypatch.undo()
        monkeypatch.setattr(writing, "CHUNK", 2)
        StatementFile.objects.filter(pk=file.pk).update(leased_until=None)
    importing.import_due()
    file.refresh_from_db()
    assert (file.status, file.lines_done, file.lines_known, StatementLine.objects.count()) == ("done", 6, 0, 6)
    assert Payment.objects.count() == 1 and Invoice.objects.get(pk=invoice.pk).status == "paid"


def _die_after(monkeypatch: Any, place: str, *, calls: int) -> None:
    from django.utils.module_loading import import_string

    real, left = import_string(place), [calls]

    def dying(*args: Any, **kwargs: Any) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*args, **kwargs)

    monkeypatch.setattr(place, dying)


def test_a_file_that_was_given_to_another_worker_is_not_finished_by_the_first(account: Any, monkeypatch: Any) -> None:
    file = take_in(camt_of(("1.00", "a")))
    real = writing._add_new

    def slow(*args: Any) -> None:
        StatementFile.objects.filter(pk=file.pk).update(attempts=7)
        real(*args)

    monkeypatch.setattr(writing, "_add_new", slow)
    importing.import_due()
    file.refresh_from_db()
    assert file.status == "reading"


def test_files_in_the_folder_are_taken_in_once_they_are_complete(account: Any, settings: Any, tmp_path: Path) -> None:
    settings.STATEMENT_FOLDER = str(tmp_path)
    assert folder.take_in_new() == 0
    CsvMapping.objects.create(
        name="Bank", account=account, file_pattern="umsatz-*.csv", booked_on="Tag", amount="Betrag"
    )
    (tmp_path / "a.xml").write_bytes(camt_of(("1.00", "a")))
    (tmp_path / "b.xml").write_bytes((tmp_path / "a.xml").read_bytes())
    (tmp_path / "Umsatz-1.csv").write_text("Tag;Betrag\n26.11.2026;5,00\n")
    (tmp_path / "fresh.xml").write_bytes(b"<being written")
    (tmp_path / "half.part").write_bytes(b"<")
    for name in ("a.xml", "b.xml", "Umsatz-1.csv"):
        os.utime(tmp_path / name, (time.time() - 60,) * 2)
    assert folder.take_in_new() == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["done", "fresh.xml", "half.part"]
    assert len(list((tmp_path / "done").iterdir())) == 3
    importing.import_due()
    assert list(StatementFile.objects.order_by("name").values_list("name", "status")) == [
        ("Umsatz-1.csv", "done"), ("a.xml", "done"),
    ]  # fmt: skip
    assert StatementLine.objects.count() == 2


def test_what_waits_is_proposed_anew_when_invoices_change(customer: Any, account: Any) -> None:
    imported(camt_of(("96.00", "INV-2026-000001")))
    assert lines()[0].proposals == []
    invoice = make_invoice(customer)
    StatementLine.objects.update(text=invoice.number)
    assert automatic.match_open() == 1
    assert lines()[0].is_certain


def test_old_files_go_and_their_lines_stay(account: Any, time_machine: Any) -> None:
    file = imported(camt_of(("1.00", "a")))
    name = file.file.name
    assert retention.clear_files() == 0
    StatementFile.objects.update(finished_at="2024-01-01T00:00:00Z")
    assert retention.clear_files() == 1
    file.refresh_from_db()
    assert not file.file and not file.file.storage.exists(name) and StatementLine.objects.count() == 1


def test_csv_by_a_mapping_and_one_c(account: Any) -> None:
    mapping = CsvMapping.objects.create(
        name="Bank", account=account, booked_on="Buchungstag", amount="Betrag", skip_rows=2, text="Verwendungszweck",
        encoding="cp1252", currency="Waehrung", account_column="Auftragskonto",
    )  # fmt: skip
    file = imported(files.CSV_GERMAN.encode("cp1252"), mapping=mapping)
    assert (file.status, file.format, file.lines_total) == ("done", "csv", 2), file.told_problem
    roubles = make_account("RUB", number="40702810400000000225")
    other = imported(files.ONE_C.encode("cp1251"))
    assert (other.status, other.format, other.lines_total, other.lines_announced) == ("done", "1c", 2, 1)
    assert StatementLine.objects.filter(account=roubles).count() == 2
