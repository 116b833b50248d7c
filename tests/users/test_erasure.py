"""After an erasure nothing says who the customer was, and money and licenses are as they were."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client

from storefront.backoffice.search.audit import checks as search_checks
from storefront.billing.documents.issuing import issue_due
from storefront.billing.documents.models import ActOnPaper, Document, DocumentRequest, DocumentSettings, PaperCopy
from storefront.billing.models import Invoice, PaymentAttempt, ReviewItem, Seller
from storefront.billing.services import ledger, settlement, starting
from storefront.billing.states import InvoiceStatus
from storefront.core import clock, sentences
from storefront.core.personal_data import rooms
from storefront.licensing.retention import clear_addresses
from storefront.notifications import addresses
from storefront.notifications.models import OutboxMessage
from storefront.notifications.retention import clear_done
from storefront.users import roles
from storefront.users.data_protection import erasures, exports, people, requests
from storefront.users.models import AccountErased, DataRequest, DataRequestStatus, User
from tests import rows
from tests.checkout.building import order_by, put_in_cart
from tests.factories import PASSWORD
from tests.users.erasing import COMPANY, EMAIL, NAME, PORTAL, TYPED, customer_with_everything, erase_now, found

pytestmark = pytest.mark.django_db(transaction=False)

#: Records that the law has kept as they are, byte for byte.
KEPT = {"billing_invoice.payer", "billing_invoiceline.license_terms"}


@pytest.fixture
def private_files(settings: Any, tmp_path: Path) -> Path:
    settings.PRIVATE_MEDIA_ROOT = tmp_path / "private"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}}
    return tmp_path / "private"


@pytest.fixture
def staff(make_customer: Any) -> Any:
    return make_customer("staff@example.com", name="Sam Staff")


@pytest.fixture
def erased(shop: Any, stripe: Any, staff: Any, private_files: Any) -> Any:
    customer = customer_with_everything(shop, stripe, staff)
    assert len(found()) > 25, found()
    return customer


def files(folder: Path, below: str = "") -> list[Path]:
    return sorted(path for path in (folder / below).rglob("*") if path.is_file())


def records() -> rows.Rows:
    return rows.read(["billing_invoice", "billing_invoiceline", "billing_ledgerentry", "checkout_consent"])


def test_nothing_says_who_it_was_but_the_records_the_law_keeps(
    erased: Any, run_jobs: Any, private_files: Path, django_capture_on_commit_callbacks: Any
) -> None:
    before, invoices = records(), Invoice.objects.count()
    requests.ask_export(customer=erased, by=erased)
    exports.make_due()
    kept = files(private_files, "papers")
    assert len(kept) == 3 and len(files(private_files)) == 5
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=True)
    with django_capture_on_commit_callbacks(execute=True):
        erase_now()
    with time_machine.travel(clock.now() + timedelta(days=31)):
        run_jobs()
    assert [letter.subject for letter in mail.outbox if letter.to == [EMAIL]][-1].startswith("Your account is erased")
    with time_machine.travel(clock.now() + timedelta(days=40)):
        clear_done()
    assert found() == KEPT
    after = records()
    assert after["billing_ledgerentry"] == before["billing_ledgerentry"]
    assert after["checkout_consent"] == before["checkout_consent"]
    assert Invoice.objects.count() == invoices
    assert files(private_files) == kept == files(private_files, "papers")
    assert not list(search_checks())


def test_the_account_is_dead_and_its_number_is_its_name(erased: Any) -> None:
    owner = Client()
    owner.force_login(erased)
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=True)
    erase_now()
    assert owner.get("/account/").status_code == 302
    assert not Client().login(email=EMAIL, password=PASSWORD)
    user = User.objects.get(pk=erased.pk)
    assert user.get_full_name() == f"Erased customer {erased.pk}"
    assert not (user.is_active or user.has_usable_password() or user.emailaddress_set.exists())
    done = DataRequest.objects.get()
    assert done.status == DataRequestStatus.DONE and done.kept["billing.Invoice"] == 2
    assert {each.status for each in user.licenses.all()} == {"revoked"}
    assert set(Invoice.objects.values_list("status", flat=True)) == {InvoiceStatus.PAID, InvoiceStatus.VOID}
    with pytest.raises(AccountErased):
        erased.save()  # as it was read before


def test_licenses_may_work_on_until_they_end(erased: Any) -> None:
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=False)
    erase_now(hours=24 * 15)
    license = erased.licenses.get()
    assert license.status != "revoked" and license.portal_address == PORTAL  # it still waits for it
    with time_machine.travel(license.valid_until + timedelta(days=1)):
        assert clear_addresses() == 1
    license.refresh_from_db()
    assert not license.portal_address


def test_the_same_e_mail_is_a_new_customer(erased: Any, shop: Any) -> None:
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=False)
    erase_now()
    browser = Client()
    put_in_cart(browser, shop.term())
    assert order_by(browser, shop, **TYPED).status_code == 302
    assert User.objects.get(email=EMAIL).pk != erased.pk
    assert not User.objects.get(email=EMAIL).licenses.exists()


def test_it_can_be_withdrawn_until_the_account_is_closed(erased: Any) -> None:
    first = requests.ask_erasure(customer=erased, by=erased, ends_licenses=False)
    with pytest.raises(requests.AskedAlready):
        requests.ask_erasure(customer=erased, by=erased, ends_licenses=False)
    assert erasures.erase_due() == 0  # it waits
    assert requests.withdraw(first) and not requests.withdraw(first)
    erase_now()
    assert User.objects.get(pk=erased.pk).name == NAME
    second = requests.ask_erasure(customer=erased, by=erased, ends_licenses=False, is_at_once=True)
    erasures.erase_due()
    assert not requests.withdraw(second)


def test_what_is_open_comes_first(erased: Any, stripe: Any, run_jobs: Any) -> None:
    unpaid = Invoice.objects.get(status=InvoiceStatus.OPEN)
    with pytest.raises(requests.InTheWay) as licenses:
        requests.ask_erasure(customer=erased, by=erased, ends_licenses=None)
    assert not any(each.is_firm for each in licenses.value.barriers)
    waiting = requests.ask_erasure(customer=erased, by=erased, ends_licenses=False, is_at_once=True)
    starting.start(invoice=unpaid, gateway_name="stripe")
    assert erasures.erase_due() == 1
    waiting.refresh_from_db()
    assert waiting.status == DataRequestStatus.WAITING and unpaid.number in sentences.told(waiting.problem)
    addresses.cleared(EMAIL)
    run_jobs()
    assert [letter.subject for letter in mail.outbox if letter.to == [EMAIL]][-1].startswith("Your account cannot be")


def test_money_that_comes_afterwards_is_kept_and_staff_are_told(erased: Any, stripe: Any, run_jobs: Any) -> None:
    unpaid = Invoice.objects.get(status=InvoiceStatus.OPEN)
    charge = starting.start(invoice=unpaid, gateway_name="stripe")
    PaymentAttempt.objects.filter(pk=charge.pk).update(status="cancelled")  # the provider was never told
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=True, is_at_once=True)
    erase_now(hours=0.1)
    stripe.pay(charge.provider_reference)
    settlement.settle(attempt_id=charge.pk)
    assert ledger.balance_of(User.objects.get(pk=erased.pk), "EUR") == unpaid.amount
    assert ReviewItem.objects.filter(kind="late_payment", customer=erased).exists()
    mail.outbox.clear()
    run_jobs()
    assert not [letter for letter in mail.outbox if "erased" in letter.to[0]]
    assert "late-payment" not in OutboxMessage.objects.values_list("key", flat=True)


def test_every_table_is_asked_for_what_it_keeps(erased: Any) -> None:
    person = people.person(erased)
    for room in rooms():
        for table in room.tables:
            table.of(person).count()
    assert NAME in person.words and PORTAL in person.words


def test_only_who_keeps_the_books_reads_the_payer_afterwards(erased: Any, wagtail_site: Any) -> None:
    number = Invoice.objects.filter(customer=erased).order_by("pk").values_list("number", flat=True)[0]
    issued = Document.objects.filter(customer=erased).values_list("number", flat=True)[0]
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=True, is_at_once=True)
    erase_now(hours=0.1)
    shown = {}
    for role in (roles.SALES, roles.ACCOUNTING):
        member = User.objects.create_user(email=f"{role.lower()}@staff.example", password=PASSWORD)
        member.groups.add(roles.ensure_role(role))
        client = Client()
        client.force_login(member)
        pages = [client.get(path) for path in (
            f"/admin/invoices/{number}/", f"/admin/invoices/{number}/print/", "/admin/reports/bookings/",
            f"/admin/search/?q={number}", f"/admin/issued-documents/{issued}/pdf/",
        )]  # fmt: skip
        shown[role] = [(page.status_code, "Quillfeather" in page.content.decode()) for page in pages]
    assert not any(is_named for _status, is_named in shown[roles.SALES])
    assert [shown[role][-1][0] for role in (roles.SALES, roles.ACCOUNTING)] == [403, 200]
    assert shown[roles.SALES][1][0] == 403 and shown[roles.ACCOUNTING][1] == (200, True)


def test_a_short_number_is_sought_in_nobody_elses_words(make_customer: Any) -> None:
    phones = {phone: people.person(make_customer(f"{at}@example.com", phone=phone)).phones
              for at, phone in enumerate(("10115", "+44 20 7946 0991"))}  # fmt: skip
    assert phones == {"10115": (), "+44 20 7946 0991": ("+44 20 7946 0991",)}


def test_documents_that_are_still_owed_say_what_the_invoice_does_and_are_sent_to_nobody(erased: Any) -> None:
    """They wait for the worker, or for the day the seller has set."""
    assert {"act", "contract"} <= set(DocumentRequest.objects.filter(customer=erased).values_list("kind", flat=True))
    DocumentSettings.objects.create(seller=Seller.objects.get(), act_on_paper=ActOnPaper.ALWAYS)
    requests.ask_erasure(customer=erased, by=erased, ends_licenses=True, is_at_once=True)
    erase_now(hours=0.1)
    issue_due()
    issued = {document.kind: document.content for document in Document.objects.filter(customer=erased)}
    assert {"act", "contract", "receipt"} <= set(issued)
    assert COMPANY in issued["act"].payer.name and issued["contract"].agreement.accepted_by == EMAIL
    assert not PaperCopy.objects.exists()
    assert not OutboxMessage.objects.filter(template="document_issued").exists()
