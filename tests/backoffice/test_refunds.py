"""Refunds in the back office: what is shown before, what happens, who may, and what the list and the page say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.models import ModelLogEntry

from storefront.billing.models import Refund
from storefront.billing.services import refund_approval, refund_units, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.backoffice.test_money_desk import press
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import pay, terms
from tests.factories import PASSWORD
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00."""
    made = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    pay(stripe, made)
    return made


def path(invoice: Any) -> str:
    return f"/admin/refunds/invoice/{invoice.number}/"


def unit(invoice: Any, index: int) -> str:
    each = list(refund_units.units_left(invoice))[index]
    return f"{each.line_id}-{each.number}"


def test_accounting_refunds_a_line_after_having_seen_what_it_does(client_of: Any, invoice: Any) -> None:
    client = client_of("Accounting")
    form = client.get(path(invoice)).content.decode()
    license = License.objects.order_by("pk").last()
    assert license is not None and f"license {license.number}" in form and "€100.00 can be refunded" in form
    assert invoice.number in form and f'/admin/customers/{invoice.customer_id}/">buyer@example.com</a>' in form
    data = {"how": "lines", "units": [unit(invoice, 1)], "reason": "Bought the wrong one", "tell_customer": "on"}
    shown = client.post(path(invoice), data)
    sentences = shown.context["preview"]
    assert sentences[0].startswith("€40.00 goes back by Stripe, visa")
    assert f"License {license.number}" in sentences[1] and "ends: its time is refunded" in sentences[1]
    assert "buyer@example.com" in sentences[2]
    assert not Refund.objects.exists()
    done = client.post(path(invoice), data | {"confirmed": shown.context["confirmed"]})
    refund = Refund.objects.get()
    assert done.headers["Location"] == f"/admin/refunds/{refund.pk}/"
    license.refresh_from_db()
    assert (refund.status, refund.begun_by.email, license.status) == (
        "succeeded",
        "accounting@staff.example",
        "revoked",
    )
    entry = ModelLogEntry.objects.get(action="refunds.begin")
    assert (entry.comment, entry.data["customer"]) == ("Bought the wrong one", invoice.customer_id)
    page = client.get(f"/admin/refunds/{refund.pk}/").content.decode()
    assert "Done: the money is on its way to the buyer." in page and refund.reference in page and "License 1" in page


def test_a_sum_says_that_licenses_stay(client_of: Any, invoice: Any) -> None:
    shown = client_of("Accounting").post(path(invoice), {"how": "sum", "amount": "10.00", "reason": "Goodwill"})
    assert "Licenses stay as they are." in shown.context["preview"]
    assert "The customer gets no mail." in shown.context["preview"]


def test_the_whole_says_that_everything_ends(client_of: Any, invoice: Any) -> None:
    shown = client_of("Accounting").post(path(invoice), {"how": "sum", "amount": "100.00", "reason": "Goodwill"})
    preview = " ".join(shown.context["preview"])
    assert f"Nothing of invoice {invoice.number} is left" in preview and preview.count("its time is refunded") == 2


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"how": "lines"}, "Choose what is to be refunded."),
        ({"how": "sum"}, "Type the sum to refund."),
        ({"how": "sum", "amount": "100.01"}, "At most €100.00 can be refunded."),
        ({"how": "sum", "amount": "1.001"}, "This is no amount of the currency."),
        ({"how": "lines", "units": "1-1"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_said_at_the_form(client_of: Any, invoice: Any, data: Any, says: str) -> None:
    answer = client_of("Accounting").post(path(invoice), data | {"reason": "r"})
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Refund.objects.exists()


def test_a_refund_begun_meanwhile_shows_the_preview_again(client_of: Any, invoice: Any) -> None:
    client, data = client_of("Accounting"), {"how": "sum", "amount": "60.00", "reason": "r"}
    shown = client.post(path(invoice), data)
    refunds.begin(decision=RefundDecision(invoice=invoice, amount=Decimal("50.00")), reason="Another", by=None)
    answer = client.post(path(invoice), data | {"confirmed": shown.context["confirmed"]})
    assert answer.status_code == 422 and "At most €50.00" in answer.content.decode()
    assert Refund.objects.count() == 1


def test_a_second_person_approves_on_the_page(
    client_of: Any, staff: Callable[[str], Any], invoice: Any, settings: Any
) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(50)}
    owner, accounting = client_of("Owner"), client_of("Accounting")
    press(accounting, path(invoice), how="sum", amount="60.00", reason="Asked by phone")
    refund = Refund.objects.get()
    address = f"/admin/refunds/{refund.pk}/"
    assert "Waits for the approval of a second person" in accounting.get(address).content.decode()
    own = accounting.get(address).content.decode()
    assert "Withdraw" in own and f"{address}approve/" not in own
    assert press(accounting, f"{address}approve/", reason="Mine").status_code == 422
    refund.refresh_from_db()
    assert refund.status == "awaiting"
    assert f"{address}approve/" in owner.get(address).content.decode()
    assert "A refund waits for approval" in owner.get("/admin/money/").content.decode()
    assert press(owner, f"{address}approve/", reason="Agreed").status_code == 302
    refund.refresh_from_db()
    assert (refund.status, refund.decided_by.email) == ("succeeded", "owner@staff.example")
    assert "Approve a refund" in owner.get(address).content.decode()


def test_above_the_sum_the_password_is_asked_again_and_owners_are_told(
    client: Client, staff: Any, client_of: Any, invoice: Any, settings: Any
) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(50)}
    owner = staff("Owner")
    client.force_login(staff("Accounting"))
    data = {"how": "sum", "amount": "50.00", "reason": "Asked by phone"}
    assert client.post(path(invoice), data).status_code == 200
    asked = client.post(path(invoice), data | {"amount": "60.00"})
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    shown = client.post(asked.headers["Location"], {"password": PASSWORD, "next": path(invoice)})
    assert "they and all owners are told" in " ".join(shown.context["preview"])
    client.post(path(invoice), data | {"amount": "60.00", "confirmed": shown.context["confirmed"]})
    refund_approval.decline(refund=Refund.objects.get(), by=owner, reason="Too much")
    told = OutboxMessage.objects.filter(key__startswith="owners:", recipient=owner.email).order_by("pk")
    assert [
        (message.payload["context"]["title"], "€60.00" in str(message.payload), reason in str(message.payload))
        for message, reason in zip(told, ("Asked by phone", "Too much"), strict=True)
    ] == [("A large refund waits for approval", True, True), ("A large refund was declined", True, True)]


def test_with_too_few_approvers_the_form_and_the_desk_say_so(client_of: Any, invoice: Any, settings: Any) -> None:
    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(50)}
    client = client_of("Accounting")
    answer = client.post(path(invoice), {"how": "sum", "amount": "60.00", "reason": "r"})
    assert answer.status_code == 422 and "fewer than two people may approve refunds" in answer.content.decode()
    assert "fewer than two people may approve refunds" in client.get("/admin/money/").content.decode()


def test_a_provider_that_is_silent_is_asked_again(client_of: Any, invoice: Any, stripe: Any) -> None:
    client = client_of("Accounting")
    stripe.fail_next(kind="lost", method="POST")
    press(client, path(invoice), how="sum", amount="10.00", reason="Goodwill")
    refund = Refund.objects.get()
    page = client.get(f"/admin/refunds/{refund.pk}/").content.decode()
    assert "is not known yet" in page and "Ask the provider again" in page
    assert press(client, f"/admin/refunds/{refund.pk}/ask/", reason="Now").status_code == 302
    refund.refresh_from_db()
    assert refund.status == "succeeded" and stripe.stats()["refunds"] == 1


def test_a_refused_one_says_why_and_offers_a_new_one(client_of: Any, invoice: Any, stripe: Any) -> None:
    client = client_of("Accounting")
    stripe.dispute(invoice.attempts.get().provider_reference)
    press(client, path(invoice), how="sum", amount="10.00", reason="Goodwill")
    page = client.get(f"/admin/refunds/{Refund.objects.get().pk}/").content.decode()
    assert "the buyer&#x27;s bank disputes the payment (charge_disputed)" in page and "Refund anew" in page


def test_the_list_finds_filters_and_exports(client_of: Any, invoice: Any, make_customer: Any, stripe: Any) -> None:
    refunds.begin(decision=RefundDecision(invoice=invoice, amount=Decimal("10.00")), reason="=Goodwill", by=None)
    stripe.refund(invoice.attempts.get().provider_reference, amount=500)
    client = client_of("Read-only")
    body = client.get("/admin/refunds/", {"q": invoice.number}).content.decode()
    assert "€10.00" in body and "buyer@example.com" in body
    assert "€10.00" not in client.get("/admin/refunds/", {"status": "failed"}).content.decode()
    sheet = client.get("/admin/refunds/", {"export": "csv"})
    text = b"".join(sheet.streaming_content).decode() if sheet.streaming else sheet.content.decode()
    assert "'=Goodwill" in text and "EUR" in text
    assert client.get("/admin/refunds/", {"export": "xlsx"}).status_code == 200
    assert path(invoice) not in body


def test_the_list_takes_the_same_queries_however_long_it_is(client_of: Any, invoice: Any) -> None:
    client, payment = client_of("Read-only"), invoice.attempts.get().payment

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/admin/refunds/").status_code == 200
        return len(captured)

    def make(count: int) -> None:
        for _number in range(count):
            Refund.objects.create(payment=payment, amount=1, is_ours=False, status="succeeded")

    make(3)
    queries()
    before = queries()
    make(12)
    assert queries() == before


def test_support_sees_refunds_and_begins_none(client_of: Callable[[str], Client], invoice: Any) -> None:
    client = client_of("Support")
    assert client.get("/admin/refunds/").status_code == 200
    assert client.get(path(invoice)).status_code == 403


def test_invoice_and_payment_offer_the_refund_to_who_may(client_of: Callable[[str], Client], invoice: Any) -> None:
    attempt = invoice.attempts.get()
    accounting, support = client_of("Accounting"), client_of("Support")
    for address in (f"/admin/invoices/{invoice.number}/", f"/admin/payments/{attempt.public_id}/"):
        assert path(invoice) in accounting.get(address).content.decode()
        assert path(invoice) not in support.get(address).content.decode()
