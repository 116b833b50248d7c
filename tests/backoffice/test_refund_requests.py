"""What customers ask to be refunded, as staff decide it; payouts by bank transfer; who may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from storefront.billing.models import Refund, RefundPayout, RefundRequest
from storefront.billing.services import refund_requests, refund_units
from storefront.billing.services.refund_payees import Payee
from storefront.core.clock import today
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.backoffice.test_money_desk import press
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, pay, terms
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db

IBAN = "DE89370400440532013000"
PAYEE = {"way": "bank", "payee_holder": "Ada Buyer", "payee_account": "DE89 3704 0044 0532 0130 00"}


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00."""
    made = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    pay(stripe, made)
    return made


def ask(invoice: Any, **wanted: Any) -> RefundRequest:
    return refund_requests.ask(invoice=invoice, lines=[invoice.lines.all()[0].pk], language="en", **wanted)


def unit(invoice: Any, index: int = 0) -> str:
    each = list(refund_units.units_left(invoice))[index]
    return f"{each.line_id}-{each.number}"


def address(asked: RefundRequest, tail: str = "") -> str:
    return f"/admin/refunds/requests/{asked.pk}/{tail}"


def test_what_was_asked_is_filled_in_and_its_effects_stand_before_it(client_of: Any, invoice: Any) -> None:
    asked = ask(invoice, text="Sorry")
    client = client_of("Accounting")
    assert f"Invoice {invoice.number}" in client.get("/admin/refunds/requests/").content.decode()
    page = client.get(address(asked)).content.decode()
    license = License.objects.order_by("pk").first()
    assert license is not None
    assert "Sorry" in page and "€60.00 would go back." in page
    assert f"License {license.number}" in page and "ends: its time is refunded" in page
    form = client.get(address(asked, "grant/")).context["form"]
    assert form["units"].value() == [unit(invoice)]


def test_accounting_approves_as_asked(client_of: Any, invoice: Any) -> None:
    asked = ask(invoice)
    client = client_of("Accounting")
    data = {"how": "lines", "units": [unit(invoice)], "reason": "As asked", "answer": "We are sorry"}
    shown = client.post(address(asked, "grant/"), data)
    assert "ends: its time is refunded" in " ".join(shown.context["preview"])
    done = client.post(address(asked, "grant/"), data | {"confirmed": shown.context["confirmed"]})
    assert done.headers["Location"] == address(asked)
    assert (fresh(asked).status, Refund.objects.get().amount) == ("done", Decimal("60.00"))
    entry = ModelLogEntry.objects.get(action="refunds.grant")
    assert (entry.comment, entry.data["customer"]) == ("As asked", invoice.customer_id)
    again = client.post(address(asked, "grant/"), {"how": "sum", "amount": "1.00", "reason": "Once more"})
    assert again.status_code == 422 and "not open any more" in again.content.decode()


def test_a_part_of_what_was_asked_is_a_change_that_the_customer_reads(client_of: Any, invoice: Any) -> None:
    asked = ask(invoice)
    press(
        client_of("Accounting"), address(asked, "grant/"), how="sum", amount="10.00", reason="Goodwill",
        answer="Ten for the trouble", **PAYEE,
    )  # fmt: skip
    assert fresh(asked).status == "changed"
    [mail] = OutboxMessage.objects.filter(template="refund_answered")
    context = mail.payload["context"]
    assert (context["outcome"], context["answer"]) == ("changed", "Ten for the trouble")
    assert License.objects.filter(status="revoked").count() == 0


def test_a_refusal_needs_an_answer_and_is_mailed(client_of: Any, invoice: Any) -> None:
    asked, client = ask(invoice), client_of("Accounting")
    empty = client.post(address(asked, "refuse/"), {"reason": "r"})
    assert empty.status_code == 422 and "Tell the customer why." in empty.content.decode()
    press(client, address(asked, "refuse/"), answer="It was used.", reason="Used for a year")
    assert (fresh(asked).status, fresh(asked).answer) == ("refused", "It was used.")
    assert OutboxMessage.objects.filter(template="refund_answered").count() == 1
    assert ModelLogEntry.objects.filter(action="refunds.refuse").count() == 1


def test_a_withdrawal_is_refused_with_a_warning(client_of: Any, invoice: Any) -> None:
    asked = ask(invoice, is_withdrawal=True)
    client = client_of("Accounting")
    assert "A consumer withdraws from the contract" in client.get(address(asked)).content.decode()
    shown = client.post(address(asked, "refuse/"), {"answer": "No", "reason": "r"})
    assert "make sure that the law" in " ".join(shown.context["preview"])


def test_support_sees_requests_and_decides_none(client_of: Any, invoice: Any) -> None:
    asked, client = ask(invoice), client_of("Support")
    page = client.get(address(asked)).content.decode()
    assert "grant/" not in page and "refuse/" not in page
    assert client.get(address(asked, "grant/")).status_code == 403


def test_who_pays_nothing_out_sees_no_account_whole(client_of: Any, invoice: Any) -> None:
    asked = ask(invoice, payee=Payee("Ada Buyer", IBAN))
    support, accounting = client_of("Support"), client_of("Accounting")
    data = {"how": "lines", "units": [unit(invoice)], "reason": "As asked", "answer": "Yes", **PAYEE}
    for pages in ("request", "refund"):
        path = address(asked) if pages == "request" else f"/admin/refunds/{Refund.objects.get().pk}/"
        for client, is_whole in ((support, False), (accounting, True)):
            page = client.get(path).content.decode()
            assert "Ada Buyer" in page and (IBAN in page) == is_whole and ("…3000" in page) != is_whole
        if pages == "request":
            shown = accounting.post(address(asked, "grant/"), data)
            accounting.post(address(asked, "grant/"), data | {"confirmed": shown.context["confirmed"]})


def test_a_payout_is_listed_paid_and_masked(client_of: Any, invoice: Any) -> None:
    client = client_of("Accounting")
    begin = f"/admin/refunds/invoice/{invoice.number}/"
    data = {"how": "lines", "units": [unit(invoice)], "reason": "Asked", "tell_customer": "on", **PAYEE}
    shown = client.post(begin, data)
    assert shown.context["preview"][0] == f"€60.00 goes by bank transfer to Ada Buyer, {IBAN}."
    client.post(begin, data | {"confirmed": shown.context["confirmed"]})
    refund = Refund.objects.get()
    assert IBAN in client.get("/admin/refunds/payouts/").content.decode()
    page = client.get(f"/admin/refunds/{refund.pk}/").content.decode()
    assert "Waits until somebody has paid it" in page and IBAN in page
    paid = f"/admin/refunds/{refund.pk}/paid/"
    typed = {"paid_on": today().isoformat(), "bank_reference": "E2E-7", "reason": ""}
    shown = client.post(paid, typed)
    assert "ends: its time is refunded" in " ".join(shown.context["preview"])
    assert client.post(paid, typed | {"confirmed": shown.context["confirmed"]}).status_code == 302
    refund.refresh_from_db()
    assert (refund.status, License.objects.filter(status="revoked").count()) == ("succeeded", 1)
    page = client.get(f"/admin/refunds/{refund.pk}/").content.decode()
    assert IBAN not in page and "…3000" in page and "E2E-7" in page
    assert client.post(paid, typed).status_code == 422  # it was paid
    export = b"".join(client.get("/admin/refunds/payouts/?export=csv")).decode()  # type: ignore[arg-type]
    assert "E2E-7" in export and IBAN not in export


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"payee_holder": ""}, "Enter the name of the account"),
        ({"payee_account": "DE89370400440532013001"}, "This IBAN is mistyped"),
        ({"payee_account": "40817810099910004312"}, "this account is no IBAN"),
        ({"payee_account": "1" * 50}, "a number of 5 to 34 digits"),
        ({"way": "x"}, "Select a valid choice"),
    ],
)
def test_where_money_cannot_go_is_said_at_its_field(client_of: Any, invoice: Any, typed: Any, says: str) -> None:
    data = {"how": "lines", "units": [unit(invoice)], "reason": "r", **PAYEE} | typed
    answer = client_of("Accounting").post(f"/admin/refunds/invoice/{invoice.number}/", data)
    assert answer.status_code == 422 and says in answer.content.decode()
    assert not Refund.objects.exists()


def test_a_refund_may_go_to_the_personal_account(client_of: Any, invoice: Any) -> None:
    path = f"/admin/refunds/invoice/{invoice.number}/"
    press(client_of("Accounting"), path, how="lines", units=[unit(invoice)], reason="r", way="account")
    assert (Refund.objects.get().way, Refund.objects.get().status) == ("account", "succeeded")


@pytest.mark.parametrize(("day", "says"), [("2999-01-01", "This day is still to come."), ("x", "Enter a valid date.")])
def test_a_day_that_cannot_be_is_said_at_its_field(client_of: Any, invoice: Any, day: str, says: str) -> None:
    client = client_of("Accounting")
    press(
        client, f"/admin/refunds/invoice/{invoice.number}/", how="lines", units=[unit(invoice)], reason="r", **PAYEE
    )  # fmt: skip
    answer = client.post(f"/admin/refunds/{Refund.objects.get().pk}/paid/", {"paid_on": day, "bank_reference": ""})
    assert answer.status_code == 422 and says in answer.content.decode()
    assert "This field is required" in answer.content.decode()


def test_a_payout_is_taken_off_the_list_or_comes_back(client_of: Any, invoice: Any) -> None:
    client, path = client_of("Accounting"), f"/admin/refunds/invoice/{invoice.number}/"
    press(client, path, how="sum", amount="5.00", reason="r", **PAYEE)
    first = Refund.objects.get()
    press(client, f"/admin/refunds/{first.pk}/give-up/", reason="Wrong account")
    assert fresh(first).status == "failed"
    press(client, path, how="sum", amount="5.00", reason="r", **PAYEE)
    second = Refund.objects.exclude(pk=first.pk).get()
    press(client, f"/admin/refunds/{second.pk}/paid/", paid_on=today().isoformat(), bank_reference="1", reason="")
    press(client, f"/admin/refunds/{second.pk}/returned/", reason="Account closed")
    assert (fresh(second).status, fresh(second).failure_code) == ("failed", "payout_returned")
    assert RefundPayout.objects.count() == 2


def test_the_payee_that_the_customer_typed_is_filled_in(client_of: Any, invoice: Any) -> None:
    asked = ask(invoice, payee=Payee("Ada Buyer", IBAN))
    form = client_of("Accounting").get(address(asked, "grant/")).context["form"]
    assert (form["way"].value(), form["payee_account"].value()) == ("bank", IBAN)
