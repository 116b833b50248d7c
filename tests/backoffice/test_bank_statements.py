"""What staff do with bank statements: import files, decide about lines, say how files are read."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from storefront.billing.bank_statements.models import (
    CsvMapping,
    ImportRule,
    LineStatus,
    StatementFile,
    StatementLine,
)
from storefront.billing.bank_statements.services import importing
from storefront.billing.models import Invoice, Payment
from storefront.billing.transfers.models import SellerAccount
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from storefront.users.models import User
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.billing.bank_statements.imports import camt_of, imported, lines, take_in
from tests.billing.building import make_invoice
from tests.billing.transfers import came, make_account
from tests.formats.bank_statements import files

pytestmark = pytest.mark.django_db

BASE = "/admin/bank-statements/"


@pytest.fixture
def accountant(client_of: Any) -> Client:
    client: Client = client_of("Accounting")
    return client


@pytest.fixture(autouse=True)
def account() -> SellerAccount:
    return make_account()


def upload(client: Client, *contents: tuple[str, bytes], **more: Any) -> Any:
    sent = [SimpleUploadedFile(name, content) for name, content in contents]
    return client.post(f"{BASE}import/", {"files": sent, **more})


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def test_files_are_sent_read_by_the_worker_and_followed_on_their_page(accountant: Client, customer: Any) -> None:
    invoice = make_invoice(customer)
    answer = upload(accountant, ("november.xml", camt_of(("96.00", invoice.number), ("-5.00", "fee"))))
    file = StatementFile.objects.get()
    assert answer.url == f"{BASE}files/{file.pk}/" and file.uploaded_by is not None
    waiting = page(accountant, answer.url)
    assert "Look again" in waiting and f"{answer.url}progress/" in waiting and "<progress" in waiting
    part = accountant.get(f"{answer.url}progress/")
    assert part.headers["X-Over"] == "0"
    importing.import_due()
    part = accountant.get(f"{answer.url}progress/")
    assert part.headers["X-Over"] == "1" and "To decide: 1" in part.content.decode()
    done = page(accountant, answer.url)
    assert "Opening, movements and closing agree" in done and "<progress" not in done
    assert "november.xml" in page(accountant, BASE)
    two = upload(
        accountant, ("a.xml", camt_of(("1.00", "a"), number="8")), ("b.xml", camt_of(("2.00", "b"), number="9"))
    )
    assert two.url == BASE and StatementFile.objects.count() == 3


def test_bad_files_get_a_message_at_their_field(accountant: Client) -> None:
    content = camt_of(("1.00", "a"))
    take_in(content)
    mt940 = files.MT940_GERMAN.replace("Muster", "Müller").encode("cp1252")
    cases = [
        ((), {}, "files", "Choose at least one file"),
        ((("e.xml", b"  "),), {}, "files", "e.xml is empty"),
        ((("s.xml", content),), {}, "files", "imported before"),
        ((("x.csv", b"a;b\n1;2\n"),), {}, "mapping", "x.csv"),
        ((("x.csv", b"a;b\n1;2\n"),), {"mapping": "9999"}, "mapping", "Select a valid choice"),
        ((("m.sta", mt940),), {}, "encoding", "m.sta"),
        ((("m.sta", mt940),), {"encoding": "klingon"}, "encoding", "Select a valid choice"),
        (tuple((f"{n}.xml", b"<a/>") for n in range(21)), {}, "files", "at most 20"),
    ]
    for sent, more, field, told in cases:
        answer = upload(accountant, *sent, **more)
        assert answer.status_code == 422, told
        assert told in str(answer.context["form"].errors[field]), answer.context["form"].errors
    assert StatementFile.objects.count() == 1
    assert upload(accountant, ("m.sta", mt940), encoding="cp1252").status_code == 302


def test_a_refused_file_says_why_and_in_which_line(accountant: Client) -> None:
    file = imported(camt_of(("1.00", "a")).replace(b"<Dt>2026-11-27</Dt></BookgDt>", b"<Dt>soon</Dt></BookgDt>"))
    for shown in (page(accountant, f"{BASE}files/{file.pk}/"), page(accountant, BASE)):
        assert "Line 7:" in shown and "soon" in shown


def test_a_line_shows_its_proposal_with_reasons_and_is_booked_so(accountant: Client, customer: Any) -> None:
    invoice = make_invoice(customer)
    imported(camt_of(("96.00", f"Rechnung {invoice.number}")))
    (line,) = lines()
    one = f"{BASE}lines/{line.pk}/"
    shown = page(accountant, one)
    assert invoice.number in shown and "Score 140" in shown and "the exact amount" in shown
    told = preview(accountant, f"{one}book/?n=0", reason="")
    assert f"pay invoice {invoice.number}" in sentences(told)
    assert confirmed(accountant, f"{one}book/?n=0", reason="").url == one
    assert Invoice.objects.get(pk=invoice.pk).status == "paid"
    after = page(accountant, one)
    assert "Booked to" in after and "Book a line of a statement" in after and "Book it so" not in after
    assert "no longer fits" in errors(preview(accountant, f"{one}book/?n=7"))


def test_many_lines_are_booked_at_once_and_those_that_do_not_fit_are_named(
    accountant: Client, make_customer: Any
) -> None:
    invoices = [make_invoice(make_customer(f"buyer{n}@example.com")) for n in range(3)]
    imported(camt_of(*[("96.00", each.number) for each in invoices], ("3.00", "interest")))
    chosen = "&".join(f"id={each.pk}" for each in lines())
    path = f"{BASE}lines/book/?{chosen}"
    told = sentences(preview(accountant, path))
    assert all(each.number in told for each in invoices) and "nothing is proposed" in told
    assert confirmed(accountant, path).status_code == 302
    assert Payment.objects.count() == 3
    assert [each.status for each in lines()] == [LineStatus.BOOKED] * 3 + [LineStatus.OPEN]
    assert "Nothing is proposed" in errors(preview(accountant, path))
    listed = page(accountant, f"{BASE}lines/?status=open")
    assert "interest" in listed and invoices[0].number not in listed


def test_a_line_is_assigned_after_a_search_and_split(accountant: Client, customer: Any, make_customer: Any) -> None:
    one, two = make_invoice(customer), make_invoice(make_customer("two@example.com"), "50.00")
    imported(camt_of(("146.00", "thanks")))
    path = f"{BASE}lines/{lines()[0].pk}/assign/"
    found = page(accountant, f"{path}?q=50.00&add={one.number}")
    assert f"add={one.number}&amp;add={two.number}" in found
    assert f"{one.number}\n{two.number}" in page(accountant, f"{path}?add={one.number}&add={two.number}")
    less = {"invoices": f"{one.number} 90\n{two.number}", "customer": customer.email, "reason": ""}
    assert f"personal account of {customer.email}" in sentences(preview(accountant, path, **less))
    data = {"invoices": f"{one.number}\r\n{two.number} 50,00", "customer": "", "reason": ""}
    told = sentences(preview(accountant, path, **data))
    assert one.number in told and two.number in told and "personal account" not in told
    assert confirmed(accountant, path, **data).status_code == 302
    assert {each.status for each in Invoice.objects.all()} == {"paid"}


def test_what_is_typed_wrongly_when_a_line_is_assigned_is_said_at_the_field(accountant: Client, customer: Any) -> None:
    invoice, dollars = make_invoice(customer), make_invoice(customer, currency="USD")
    imported(camt_of(("50.00", "thanks")))
    path = f"{BASE}lines/{lines()[0].pk}/assign/"
    number = invoice.number
    cases = [
        ({}, "invoices", "Name an invoice"),
        ({"invoices": "INV-1"}, "invoices", "There is no invoice INV-1"),
        ({"invoices": dollars.number}, "invoices", "is in USD"),
        ({"invoices": f"{number} abc"}, "invoices", "is no amount"),
        ({"invoices": f"{number} -5"}, "invoices", "is no amount"),
        ({"invoices": f"{number} 1.005"}, "invoices", "is no amount"),
        ({"invoices": f"{number} 50.01"}, "invoices", "more than"),
        ({"invoices": f"{number}\n{number}"}, "invoices", "named twice"),
        ({"invoices": "\n".join([number] * 21)}, "invoices", "at most 20"),
        ({"customer": "nobody@example.com"}, "customer", "No customer"),
        ({"customer": "no address"}, "customer", "valid email"),
    ]
    for data, field, told in cases:
        answer = preview(accountant, path, **data)
        assert answer.status_code == 422 and told in str(answer.context["form"].errors.get(field)), (
            data, answer.context["form"].errors,
        )  # fmt: skip
    assert Payment.objects.count() == 0


def test_a_line_is_put_aside_and_a_booking_undone(accountant: Client, customer: Any) -> None:
    invoice = make_invoice(customer)
    imported(camt_of(("96.00", invoice.number), ("3.00", "interest")))
    paid, interest = lines()
    assert confirmed(accountant, f"{BASE}lines/{interest.pk}/aside/").status_code == 302
    confirmed(accountant, f"{BASE}lines/{paid.pk}/book/?n=0")
    path = f"{BASE}lines/{paid.pk}/undo/"
    assert invoice.number in sentences(preview(accountant, path))
    confirmed(accountant, path)
    assert [each.status for each in lines()] == [LineStatus.OPEN, LineStatus.FOREIGN]
    assert Invoice.objects.get(pk=invoice.pk).status == "open"


def test_a_line_that_was_confirmed_by_hand_is_linked_and_not_booked_again(
    accountant: Client, customer: Any, account: SellerAccount
) -> None:
    invoice = make_invoice(customer)
    by_hand = booking.book(incoming=came(account, "96.00", day=27), shares=[Share(invoice)], by=None)
    imported(camt_of(("96.00", "thanks"), ("95.00", "other")))
    line, other = lines()
    path = f"{BASE}lines/{line.pk}/same/"
    assert path in page(accountant, f"{BASE}lines/{line.pk}/") and "is noted already" in page(accountant, path[:-5])
    assert "/same/" not in page(accountant, f"{BASE}lines/{other.pk}/")
    assert "Choose the transfer" in errors(preview(accountant, path))
    confirmed(accountant, path, transfer=by_hand.pk)
    line.refresh_from_db()
    assert (line.status, line.transfer, Payment.objects.count()) == (LineStatus.BOOKED, by_hand, 1)


def test_a_reversal_names_the_transfers_it_may_be(accountant: Client, customer: Any) -> None:
    invoice = make_invoice(customer)
    imported(camt_of(("96.00", invoice.number)))
    confirmed(accountant, f"{BASE}lines/{lines()[0].pk}/book/?n=0")
    imported(camt_of(("-96.00", "Storno", {"extra": "<RvslInd>true</RvslInd>"}), number="8"))
    line = StatementLine.objects.get(amount__lt=0)
    assert "Reversal" in page(accountant, f"{BASE}lines/{line.pk}/")
    path = f"{BASE}lines/{line.pk}/reverse/"
    assert "Choose the transfer" in errors(preview(accountant, path))
    transfer = Payment.objects.get().transfer_shares.get().transfer
    assert "Select a valid choice" in errors(preview(accountant, path, transfer="999999"))
    confirmed(accountant, path, transfer=transfer.pk)
    assert Invoice.objects.get(pk=invoice.pk).status == "refunded"


@pytest.mark.parametrize("act", ["undo", "reverse"])
def test_what_unpays_invoices_needs_the_right_to_book_transfers_and_a_fresh_log_in(
    staff: Any, client_of: Any, customer: Any, act: str
) -> None:
    imported(camt_of(("96.00", make_invoice(customer).number), ("-96.00", "Storno")))
    paid, back = lines()
    path = f"{BASE}lines/{(paid if act == 'undo' else back).pk}/{act}/"
    stale, fresh = Client(), client_of("Accounting")
    stale.force_login(User.objects.get(pk=fresh.session["_auth_user_id"]))
    assert "/reauthenticate/" in stale.get(path).url
    assert fresh.get(path).status_code == 200
    role = Group.objects.get(name="Accounting")
    role.permissions.remove(*role.permissions.filter(codename="book_banktransfer"))
    assert (fresh.get(path).status_code, fresh.post(path).status_code) == (403, 403)
    for line in (paid, back):
        shown = page(fresh, f"{BASE}lines/{line.pk}/")
        assert "/reverse/" not in shown and "/undo/" not in shown


def test_a_mapping_is_tried_with_a_file_before_it_is_saved(accountant: Client, account: SellerAccount) -> None:
    path = f"{BASE}rules/mappings/new/"
    data = {
        "name": "Bank", "account": account.pk, "encoding": "cp1252", "delimiter": ";", "skip_rows": "2",
        "date_format": "%d.%m.%Y", "decimal_sign": ",", "booked_on": "Buchungstag", "amount": "Betrag",
        "text": "Verwendungszweck", "payer_name": "Beguenstigter/Zahlungspflichtiger",
    }  # fmt: skip

    def sample() -> SimpleUploadedFile:
        return SimpleUploadedFile("x.csv", files.CSV_GERMAN.encode("cp1252"))

    tried = accountant.post(path, {**data, "sample": sample(), "try": "1"})
    assert tried.status_code == 200 and "Muster GmbH" in tried.content.decode()
    assert CsvMapping.objects.count() == 0
    cases = [
        ({"amount": "Summe"}, "sample", "Summe"),
        ({"amount": ""}, "amount", "either one column"),
        ({"direction": "Art"}, "outgoing", "A direction needs"),
        ({"skip_rows": "51"}, "skip_rows", "50"),
        ({"booked_on": ""}, "booked_on", "required"),
        ({"date_format": "%Y"}, "date_format", "valid choice"),
    ]
    for wrong, field, told in cases:
        answer = accountant.post(path, {**data, **wrong, "sample": sample()})
        assert answer.status_code == 422 and told in str(answer.context["form"].errors.get(field)), wrong
    two = files.camt().replace(
        b"</Stmt>", b"</Stmt>" + b"<Stmt>" + files.camt().split(b"<Stmt>")[1].split(b"</Stmt>")[0] + b"</Stmt>"
    )
    for other in (two, files.camt(), files.MT940_GERMAN.encode()):
        answer = accountant.post(path, {**data, "sample": SimpleUploadedFile("x.csv", other), "try": "1"})
        assert answer.status_code == 422 and "no CSV file" in str(answer.context["form"].errors["sample"])
    assert "Choose a file" in str(accountant.post(path, {**data, "try": "1"}).context["form"].errors["sample"])
    assert accountant.post(path, {**data, "sample": sample()}).status_code == 302
    mapping = CsvMapping.objects.get()
    assert page(accountant, f"{BASE}rules/mappings/{mapping.pk}/")
    upload(accountant, ("x.csv", files.CSV_GERMAN.encode("cp1252")), mapping=mapping.pk)
    importing.import_due()
    assert StatementLine.objects.count() == 2


def test_owners_say_on_which_account_what_is_certain_is_booked_by_itself(client_of: Any, account: Any) -> None:
    owner = client_of("Owner")
    assert account.name in page(owner, f"{BASE}rules/")
    assert owner.post(f"{BASE}rules/", {f"account-{account.pk}": "on"}).status_code == 302
    assert ImportRule.objects.get(account=account).books_certain
    owner.post(f"{BASE}rules/", {})
    assert not ImportRule.objects.get(account=account).books_certain
