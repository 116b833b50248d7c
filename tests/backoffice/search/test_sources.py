"""Everything that can be found is found as soon as it is written, and no longer once it is gone."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import transaction
from oscar.apps.voucher.models import Voucher

from checkout.models import PurchaseDetails
from checkout.vouchers import services
from storefront.backoffice.models.search import Kind, SearchDocument, SearchTerm
from storefront.backoffice.search import audit, filling, sources
from storefront.backoffice.search.finding import find
from storefront.billing.models import Dispute, Payment, Refund
from storefront.core import clock
from storefront.licensing.models import Activation, Installation, InstallationHost, License
from storefront.notifications import mails, outbox
from storefront.notifications.models import OutboxMessage
from storefront.support.services import conversations
from storefront.users import password_links
from tests import purchases

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]


def found(kind: Kind, typed: str) -> list[int]:
    return [hit.object_id for hit in find(typed, [kind], limit=20).get(kind, [])]


@pytest.fixture
def invoice(customer: Any, shop: Any) -> Any:
    return purchases.order(customer, shop)


@pytest.fixture
def attempt(invoice: Any, stripe: Any) -> Any:
    return purchases.pay(invoice, stripe)


@pytest.fixture
def license(attempt: Any) -> License:
    return License.objects.get()


def test_a_customer_is_found_by_old_and_new_values(customer: Any, make_order: Any) -> None:
    assert found(Kind.CUSTOMER, "ada buyer") == [customer.pk]
    customer.company = "Nordwind"
    customer.save()
    assert found(Kind.CUSTOMER, "nordw") == [customer.pk]
    customer.company = ""
    customer.save(update_fields=["company"])
    assert found(Kind.CUSTOMER, "nordw") == []
    EmailAddress.objects.create(user=customer, email="ada@second.example")
    assert found(Kind.CUSTOMER, "second.example") == [customer.pk]
    order = make_order(customer)
    details = PurchaseDetails.objects.create(
        order=order, name="Ada Maiden", phone="+44 20 7946 0000", email="ada@before.example"
    )
    assert found(Kind.CUSTOMER, "maiden") == found(Kind.CUSTOMER, "79460000") == [customer.pk]
    details.delete()
    assert found(Kind.CUSTOMER, "maiden") == []
    assert list(audit.checks()) == []


@pytest.fixture
def make_order() -> Any:
    def make(customer: Any) -> Any:
        from oscar.apps.order.models import Order

        return Order.objects.create(
            number="SO-7K3M-9QXD", user=customer, currency="EUR", total_incl_tax=96, total_excl_tax=96
        )

    return make


def test_an_order_by_its_number_and_portal(customer: Any, make_order: Any) -> None:
    order = make_order(customer)
    assert found(Kind.ORDER, "so 7k3m 9qxd") == [order.pk]
    PurchaseDetails.objects.create(
        order=order, name="A", phone="1", email=customer.email, portal_address="acme24.bitrix24.com"
    )
    assert found(Kind.ORDER, "acme24 bitrix") == [order.pk]
    order.delete()
    assert found(Kind.ORDER, "acme24") == found(Kind.ORDER, "7k3m") == []
    assert list(audit.checks()) == []


def test_an_invoice_and_what_the_provider_calls_its_payment(invoice: Any, attempt: Any) -> None:
    assert found(Kind.INVOICE, invoice.number) == [invoice.pk]
    assert found(Kind.ATTEMPT, attempt.provider_reference) == [attempt.pk]
    assert attempt.charge_reference
    assert found(Kind.ATTEMPT, attempt.charge_reference) == [attempt.pk]
    payment = Payment.objects.get()
    assert found(Kind.ATTEMPT, payment.reference) == [attempt.pk]
    Dispute.objects.create(
        payment=payment, reference="dp_1NqLrt2eZvKYlo2C", stage="open", reason="fraud", currency="EUR", amount=1,
        opened_at=clock.now(),
    )  # fmt: skip
    assert found(Kind.ATTEMPT, "dp_1NqLrt2eZvKYlo2C") == [attempt.pk]
    refund = Refund.objects.create(payment=payment, amount=1, is_ours=True)
    assert found(Kind.REFUND, "re_1NirD82eZvKYlo2C") == []
    refund.reference = "re_1NirD82eZvKYlo2C"
    refund.save()
    assert found(Kind.REFUND, "re_1NirD82eZvKYlo2C") == [refund.pk]
    assert list(audit.checks()) == []


def test_money_without_a_payment_page(customer: Any) -> None:
    payment = Payment.objects.create(
        customer=customer, gateway="wire_transfer", is_live=False, currency="EUR", amount=10, reference="WIRE 2026/77"
    )
    assert found(Kind.PAYMENT, "wire 2026 77") == [payment.pk]
    assert found(Kind.ATTEMPT, "wire 2026 77") == []


def test_a_license_by_every_address_its_portal_has_had(license: License) -> None:
    assert found(Kind.LICENSE, license.number) == [license.pk]
    assert found(Kind.LICENSE, "acme.bitrix24") == [license.pk]
    installation = Installation.objects.create(client_id="c", member_id="m", app_code="a", host="first.bitrix24.com")
    assert found(Kind.LICENSE, "first.bitrix24") == []
    Activation.objects.create(license=license, installation=installation)
    assert found(Kind.LICENSE, "first.bitrix24") == [license.pk]
    InstallationHost.objects.create(installation=installation, host="older.bitrix24.com")
    assert found(Kind.LICENSE, "older.bitrix24") == [license.pk]
    installation.host = "renamed.bitrix24.com"
    installation.save()
    assert found(Kind.LICENSE, "renamed") == [license.pk]
    assert found(Kind.LICENSE, "first.bitrix24") == []
    license.portal_address = "corrected.bitrix24.com"
    license.save()
    license.record("address_changed", old="acme.bitrix24.com", new="corrected.bitrix24.com")
    assert found(Kind.LICENSE, "corrected") == found(Kind.LICENSE, "acme.bitrix24") == [license.pk]
    installation.hosts.all().delete()
    assert found(Kind.LICENSE, "older") == []
    assert list(audit.checks()) == []


def test_an_address_in_other_letters_is_found_as_it_is_read(license: License) -> None:
    license.portal_address = "xn--e1afmkfd.xn--p1ai"
    license.save()
    assert found(Kind.LICENSE, "пример.рф") == found(Kind.LICENSE, "xn--e1af") == [license.pk]


def test_a_mail_by_words_of_its_subject_and_by_its_reader() -> None:
    notice = mails.AccountNotice(name="Ada", title="Your password was changed", paragraphs=["It was."])
    for _again in range(2):  # the second has the same key and is not written
        mails.enqueue(notice, to="ada@example.com", language="en", key="k")
    [row] = OutboxMessage.objects.all()
    assert found(Kind.MAIL, "password") == found(Kind.MAIL, "ada@exam") == found(Kind.MAIL, "changed pass") == [row.pk]
    assert found(Kind.MAIL, "word") == [], "only whole words and their beginnings"
    outbox.enqueue(kind="bitrix24.push", key="other", payload={})
    row.delete()
    assert found(Kind.MAIL, "password") == []
    assert list(audit.checks()) == []


def test_a_voucher(db: None) -> None:
    now = clock.now()
    voucher = Voucher.objects.create(
        name="Spring sale", code="SPRING2026", start_datetime=now, end_datetime=now + timedelta(days=9)
    )
    assert found(Kind.VOUCHER, "ring2026") == found(Kind.VOUCHER, "spring sale") == [voucher.pk]
    voucher.code = "AUTUMN"
    voucher.save()
    assert found(Kind.VOUCHER, "spring2026") == []
    voucher.delete()
    assert found(Kind.VOUCHER, "autumn") == []


def test_a_mail_whose_text_is_not_stored_is_found_once_it_was_sent(
    customer: Any, mailoutbox: Any, run_jobs: Any
) -> None:
    password_links.request_reset(email=customer.email)
    [row] = OutboxMessage.objects.all()
    assert found(Kind.MAIL, customer.email) == [row.pk]
    assert found(Kind.MAIL, "password") == []
    run_jobs()
    assert "password" in mailoutbox[0].subject
    assert found(Kind.MAIL, "password") == [row.pk]
    assert list(audit.checks()) == []


def test_all_vouchers_of_a_set(shop: Any) -> None:
    now = clock.now()
    terms = services.VoucherTerms(name="Partners", percent=Decimal(10), starts_at=now, ends_at=now + timedelta(days=9))
    rule = services.create_set(terms=terms, count=30)
    vouchers = services.vouchers_of(rule)
    for voucher in vouchers:
        assert found(Kind.VOUCHER, voucher.code) == [voucher.pk]
    services.change(rule=rule, terms=replace(terms, name="Resellers"))
    assert len(found(Kind.VOUCHER, "resellers")) == 20  # as many as asked for
    assert found(Kind.VOUCHER, "partners") == []
    assert list(audit.checks()) == []


def test_a_conversation_by_subject_and_person_also_once_it_is_theirs(customer: Any) -> None:
    conversation = conversations.begin(key="k", text="Hello", language="en", page_url="", customer=None)
    assert found(Kind.CONVERSATION, "ada buyer") == []
    conversations.adopt(public_id=conversation.public_id, customer=customer)
    assert found(Kind.CONVERSATION, "ada buyer") == [conversation.pk]
    customer.name = "Ada Married"
    customer.save()
    assert found(Kind.CONVERSATION, "married") == [conversation.pk]
    conversation.refresh_from_db()
    conversation.subject = "Invoice for March"
    conversation.save()
    assert found(Kind.CONVERSATION, "for march") == [conversation.pk]
    conversation.delete()
    assert found(Kind.CONVERSATION, "march") == []
    assert list(audit.checks()) == []


def test_what_is_rolled_back_is_not_found(make_customer: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_customer("gone@example.com")
        raise ZeroDivisionError
    assert found(Kind.CUSTOMER, "gone@example") == []
    assert not SearchTerm.objects.exists()


def test_saving_what_cannot_be_searched_for_writes_nothing(customer: Any, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        customer.save(update_fields=["last_login"])


def test_the_auditor_finds_what_is_stale_and_the_command_mends_it(make_customer: Any, invoice: Any) -> None:
    stale, missing = make_customer("stale@example.com"), make_customer("missing@example.com")
    type(stale).objects.filter(pk=stale.pk).update(company="Unheard Ltd")
    SearchDocument.objects.filter(kind=Kind.CUSTOMER, object_id=missing.pk).delete()
    SearchDocument.objects.create(kind=Kind.VOUCHER, object_id=999_999, text="=gone")
    SearchTerm.objects.filter(kind=Kind.INVOICE).delete()
    findings = {finding.subject: finding.detail for finding in audit.checks()}
    assert set(findings) == {"customer", "voucher", "invoice"}
    assert findings["customer"].startswith("2, e.g.")
    call_command("rebuild_search_index", from_nothing=True, stdout=StringIO())
    assert list(audit.checks()) == []
    assert found(Kind.CUSTOMER, "unheard") == [stale.pk]
    assert found(Kind.INVOICE, invoice.number) == [invoice.pk]


def test_an_upgraded_shop_is_filled_once(customer: Any, invoice: Any) -> None:
    SearchTerm.objects.all().delete()
    SearchDocument.objects.all().delete()
    filling.fill_if_empty()
    assert found(Kind.CUSTOMER, customer.email) == [customer.pk]
    assert found(Kind.INVOICE, invoice.number) == [invoice.pk]
    assert list(audit.checks()) == []


#: Places that write a searchable column past ``save()`` and say so to the search.
TOLD = {
    ("storefront/notifications/outbox.py", "OutboxMessage.bulk_create"),
    ("storefront/notifications/delivery.py", "subject"),
    ("storefront/notifications/delivery.py", "recipient"),
    ("checkout/vouchers/services.py", "Voucher.bulk_create"),
    ("checkout/vouchers/services.py", "Voucher.bulk_update"),
    ("storefront/licensing/retention.py", "portal_address"),
}
#: Of the same name, but in another table, or not searched for.
OTHERS = {
    ("storefront/notifications/delivery.py", "provider_reference"),
    ("checkout/reminders/services.py", "email"),
    ("storefront/inbox/processing.py", "payload"),
    ("storefront/inbox/personal_data.py", "payload"),
    ("storefront/core/content_version.py", "number"),
    ("storefront/support/services/merging.py", "number"),
    ("storefront/billing/saved_methods/personal_data.py", "email"),
    ("checkout/renewals/outcomes.py", "code"),
}


def test_no_code_writes_a_searchable_column_past_save() -> None:
    columns = {name.partition("__")[0] for source in sources.SOURCES for name in source.columns}
    models = {source.model.__name__ for source in sources.SOURCES}
    past = {
        (str(path.relative_to(ROOT)), what)
        for room in ("storefront", "checkout", "catalogue", "cms")
        for path in (ROOT / room).rglob("*.py")
        if not {"migrations", "sandbox", "demo"} & set(path.parts)
        for what in writes_past_save(ast.parse(path.read_text()), columns, models)
    }
    past -= OTHERS
    assert past == TOLD


def writes_past_save(tree: ast.AST, columns: set[str], models: set[str]) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="update"), keywords=keywords):
                found += [keyword.arg for keyword in keywords if keyword.arg in columns]
            case ast.Call(func=ast.Attribute(attr=("bulk_create" | "bulk_update") as method, value=rows)):
                names = {each.id for each in ast.walk(rows) if isinstance(each, ast.Name)} & models
                found += [f"{name}.{method}" for name in names]
    return found
