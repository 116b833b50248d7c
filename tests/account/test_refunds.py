"""The customer asks for a refund in the account, and a consumer withdraws by the link, without a log-in."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from storefront.billing import links
from storefront.billing.models import EarlyStart, RefundPayout, RefundReason, RefundRequest
from storefront.billing.services import refund_requests, refund_units, refunds
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.states import RefundWay
from storefront.billing.transfers.services import booking
from storefront.billing.transfers.services.booking import Share
from storefront.core import clock
from storefront.licensing.models import LicensePeriod
from storefront.licensing.services import withdrawals
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, pay, terms
from tests.billing.transfers import IBAN, came, make_account
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db

PAYEE_FIELDS = ("payee_holder", "payee_account", "payee_bank")


def bought(stripe: Any, customer: Any, **payer: str) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00, of a person in Germany."""
    two = [terms(make_product("a")), terms(make_product("b"))]
    made = make_invoice(customer, "60.00", "40.00", terms=two, payer={"country": "DE", "kind": "person"} | payer)
    pay(stripe, made)
    return fresh(made)


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    return bought(stripe, customer)


@pytest.fixture
def owner(customer: Any) -> Client:
    client = Client()
    client.force_login(customer)
    return client


@pytest.fixture(autouse=True)
def wrong_one(db: Any) -> RefundReason:
    return RefundReason.objects.create(title="I ordered the wrong thing")


def path(invoice: Any) -> str:
    return f"/account/invoices/{invoice.number}/refund/"


def line(invoice: Any, position: int = 0) -> int:
    return int(invoice.lines.all()[position].pk)


def reason() -> int:
    return int(RefundReason.objects.filter(is_offered=True)[0].pk)


def test_a_customer_asks_and_sees_what_becomes_of_it(owner: Client, invoice: Any) -> None:
    order = owner.get(f"/account/orders/{invoice.order.number}/").content.decode()
    assert path(invoice) in order
    assert "License 0, €60.00" in owner.get(path(invoice)).content.decode()
    answer = owner.post(path(invoice), {"lines": [line(invoice)], "reason": reason(), "text": "Sorry"})
    asked = RefundRequest.objects.get()
    assert answer.headers["Location"] == f"/account/refunds/{asked.public_id}/"
    page = owner.get(answer.headers["Location"]).content.decode()
    assert "Asked for" in page and "Sorry" in page and "License 0" in page
    assert (
        f"/account/refunds/{asked.public_id}/" in owner.get(f"/account/orders/{invoice.order.number}/").content.decode()
    )


def test_a_line_that_is_asked_for_is_not_offered_again(owner: Client, invoice: Any) -> None:
    data = {"lines": [line(invoice)], "reason": reason()}
    owner.post(path(invoice), data)
    form = owner.get(path(invoice)).content.decode()
    assert f'value="{line(invoice)}"' not in form and f'value="{line(invoice, 1)}"' in form
    assert owner.post(path(invoice), data).status_code == 422
    assert RefundRequest.objects.count() == 1


def test_a_customer_takes_the_request_back(owner: Client, invoice: Any) -> None:
    owner.post(path(invoice), {"lines": [line(invoice)], "reason": reason()})
    asked = RefundRequest.objects.get()
    address = f"/account/refunds/{asked.public_id}/"
    assert owner.post(address, follow=True).status_code == 200
    assert fresh(asked).status == "withdrawn"
    assert "not open any more" in owner.post(address, follow=True).content.decode()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"lines": []}, "Choose at least one."),
        ({"lines": ["999999"]}, "Select a valid choice."),
        ({"lines": ["x"]}, "Select a valid choice."),
        ({"reason": ""}, "Choose a reason."),
        ({"reason": "999999"}, "Select a valid choice."),
        ({"text": "x" * 1001}, "at most 1000"),
        ({"payee_account": "DE00", "payee_holder": "Ada"}, "This IBAN is mistyped."),
        ({"payee_account": "1" * 61, "payee_holder": "Ada"}, "at most 60"),
        ({"payee_account": "1" * 40, "payee_holder": "Ada"}, "a number of 5 to 34 digits"),
        ({"payee_account": "DE89370400440532013000"}, "Enter the name of the account"),
        ({"payee_account": "40817810099910004312", "payee_holder": "Ada"}, "this account is no IBAN"),
        ({"payee_holder": "Ada"}, "Enter the number of the account."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Client, invoice: Any, typed: Any, says: str) -> None:
    answer = owner.post(path(invoice), {"lines": [line(invoice)], "reason": reason()} | typed)
    assert answer.status_code == 422 and says in answer.content.decode().replace("&#x27;", "'")
    assert not RefundRequest.objects.exists()


def test_the_account_that_paid_by_transfer_is_filled_in_and_can_be_changed(owner: Client, customer: Any) -> None:
    sold = make_invoice(customer, "50.00", terms=[terms(make_product("t"))])
    came_from = came(make_account(), "50.00", payer_account=IBAN)
    booking.book(incoming=came_from, shares=[Share(sold)], by=customer)
    form = owner.get(path(sold)).context["form"]
    assert [form[name].value() for name in PAYEE_FIELDS] == ["Acme GmbH", IBAN, ""]
    other = {"payee_holder": "Ada", "payee_account": "40817810099910004312", "payee_bank": "044525225"}
    owner.post(path(sold), {"lines": [line(sold)], "reason": reason()} | other)
    asked = RefundRequest.objects.get()
    assert [getattr(asked, name) for name in PAYEE_FIELDS] == list(other.values())


def test_the_account_of_the_last_payout_is_filled_in_while_it_is_known_whole(owner: Client, customer: Any) -> None:
    for number in range(2):
        sold = make_invoice(customer, "50.00", terms=[terms(make_product(f"t{number}"))])
        incoming = came(make_account(), "50.00", reference=f"REF {number}")
        booking.book(incoming=incoming, shares=[Share(sold)], by=customer)
        if number == 0:
            assert owner.get(path(sold)).context["form"]["payee_account"].value() is None
            units = list(refund_units.units_left(sold))
            decision = RefundDecision(invoice=sold, units=units, way=RefundWay.BANK, payee=Payee("Ada", IBAN))
            refunds.begin(decision=decision, reason="Asked", by=None, is_told=True)
    assert owner.get(path(sold)).context["form"]["payee_account"].value() == IBAN
    RefundPayout.objects.update(account="…3000")
    assert owner.get(path(sold)).context["form"]["payee_account"].value() is None


def test_no_account_is_filled_in_where_the_money_goes_back_as_it_came(owner: Client, invoice: Any) -> None:
    incoming = came(make_account(), "50.00", payer_account=IBAN)
    sold = make_invoice(invoice.customer, "50.00", terms=[terms(make_product("t"))])
    booking.book(incoming=incoming, shares=[Share(sold)], by=invoice.customer)
    form = owner.get(path(invoice)).context["form"]
    assert [form[name].value() for name in PAYEE_FIELDS] == [None, None, None]


def test_asking_is_throttled(owner: Client, invoice: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"refund-ask": "1/day"}
    assert owner.post(path(invoice), {"lines": [line(invoice)], "reason": reason()}).status_code == 302
    assert owner.post(path(invoice), {"lines": [line(invoice, 1)], "reason": reason()}).status_code == 429


def test_an_unpaid_invoice_offers_no_refund(owner: Client, customer: Any, stripe: Any) -> None:
    unpaid = make_invoice(customer, "5.00")
    assert path(unpaid) not in owner.get(f"/account/invoices/{unpaid.number}/").content.decode()
    assert "Nothing of this invoice is left" in owner.get(path(unpaid)).content.decode()


# --- Withdrawal ------------------------------------------------------------------------------------------------------


def link(invoice: Any) -> str:
    return links.withdrawal_url(invoice).removeprefix(settings.SITE_URL)


def test_a_consumer_withdraws_by_the_link_without_a_log_in(invoice: Any) -> None:
    stranger = Client()
    page = stranger.get(link(invoice)).content.decode()
    assert "Confirm withdrawal" in page and invoice.order.number in page
    assert not RefundRequest.objects.exists()  # looking is not withdrawing
    answer = stranger.post(link(invoice), {"lines": [line(invoice), line(invoice, 1)]}, follow=True).content.decode()
    asked = RefundRequest.objects.get()
    assert asked.is_withdrawal and asked.lines.count() == 2
    assert "We have your withdrawal" in answer
    [mail] = OutboxMessage.objects.filter(template="refund_asked")
    assert mail.payload["context"]["is_withdrawal"] is True and mail.payload["to"] == invoice.customer.email


def test_a_request_that_waits_does_not_shut_the_link_and_gives_way(owner: Client, invoice: Any) -> None:
    both = [line(invoice), line(invoice, 1)]
    request = refund_requests.ask(invoice=invoice, lines=both, language="en")
    assert link(invoice) in owner.get(f"/account/orders/{invoice.order.number}/").content.decode()
    assert Client().post(link(invoice), {"lines": both[:1]}).status_code == 302
    assert fresh(request).status == "asked" and [each.line_id for each in request.lines.all()] == both[1:]
    assert Client().post(link(invoice), {"lines": both[1:]}).status_code == 302
    assert fresh(request).status == "withdrawn"
    sent = RefundRequest.objects.filter(is_withdrawal=True)
    assert sent.count() == 2 and {each.status for each in sent} == {"asked"}
    again = Client().get(link(invoice))
    assert "The time to withdraw was" not in again.content.decode()


def test_sent_twice_it_counts_once(invoice: Any) -> None:
    for _ in range(2):
        assert Client().post(link(invoice), {"lines": [line(invoice)]}).status_code in (302, 422)
    assert RefundRequest.objects.count() == 1


@pytest.mark.parametrize("typed", [[], ["999999"], ["x"]])
def test_a_withdrawal_of_nothing_is_refused_at_the_field(invoice: Any, typed: list[str]) -> None:
    assert Client().post(link(invoice), {"lines": typed}).status_code == 422
    assert not RefundRequest.objects.exists()


@pytest.mark.parametrize(
    ("payer", "has_right"),
    [
        ({"country": "DE"}, True),
        ({"country": "FR"}, True),
        ({"country": "GB"}, False),
        ({"country": "US"}, False),
        ({"country": "DE", "kind": "company", "company": "Acme GmbH"}, False),
        ({"country": "DE", "vat_id": "DE123456789"}, False),
    ],
)
def test_the_right_is_for_consumers_in_the_eu(
    stripe: Any, customer: Any, owner: Client, payer: Any, has_right: bool
) -> None:
    invoice = bought(stripe, customer, **payer)
    assert (withdrawals.of(invoice) is not None) == has_right
    page = owner.get(f"/account/invoices/{invoice.number}/").content.decode()
    assert ("Withdraw from the contract here" in page) == has_right
    assert Client().get(link(invoice)).status_code == (200 if has_right else 410)


@pytest.mark.parametrize(
    ("contract", "last_day"),
    [
        ("2026-11-30", "2026-12-14"),  # Monday to Monday
        ("2026-11-28", "2026-12-14"),  # the 14th day is a Saturday
        ("2026-11-29", "2026-12-14"),  # and here a Sunday
        ("2026-12-01", "2026-12-15"),
        ("2028-02-15", "2028-02-29"),
    ],
)
def test_the_fourteen_days(contract: str, last_day: str) -> None:
    last = withdrawals.last_moment(datetime.fromisoformat(f"{contract}T12:00:00+00:00"))
    assert (last - timedelta(seconds=1)).date().isoformat() == last_day


def test_after_the_last_day_the_page_says_so(invoice: Any) -> None:
    right = withdrawals.of(invoice)
    assert right is not None
    with time_machine.travel(right.until - timedelta(minutes=1), tick=False):
        assert Client().get(link(invoice)).status_code == 200
    with time_machine.travel(right.until + timedelta(minutes=1), tick=False):
        late = Client().post(link(invoice), {"lines": [line(invoice)]})
        assert late.status_code == 410 and "The time to withdraw was until" in late.content.decode()
    assert not RefundRequest.objects.exists()


def test_what_has_begun_as_the_buyer_wanted_is_excepted_and_the_page_says_so(invoice: Any) -> None:
    LicensePeriod.objects.filter(invoice_line=line(invoice)).update(begun_at=clock.now())
    assert withdrawals.of(invoice).lines == (line(invoice), line(invoice, 1))  # type: ignore[union-attr]
    EarlyStart.objects.create(invoice=invoice, text="Begin at once")
    right = withdrawals.of(invoice)
    assert right is not None and (right.lines, right.excepted) == ((line(invoice, 1),), (line(invoice),))
    page = Client().get(link(invoice)).content.decode()
    assert "You asked that it begins at once" in page and f'value="{line(invoice)}"' not in page
    assert Client().post(link(invoice), {"lines": [line(invoice)]}).status_code == 422


def test_a_forged_link_opens_nothing(invoice: Any) -> None:
    token = links.withdrawal_token(invoice)
    assert Client().get(f"/withdraw/{token[:-1]}x/").status_code == 404
    assert Client().get(f"/withdraw/{links.pay_token(invoice)}/").status_code == 404


def test_what_was_refunded_cannot_be_withdrawn_from(invoice: Any, make_customer: Any) -> None:
    asked = refund_requests.ask(invoice=invoice, lines=[line(invoice), line(invoice, 1)], language="en")
    decision = refund_requests.asked_decision(asked)
    refund_requests.grant(request=asked, decision=decision, by=make_customer("clerk@example.com"), reason="r")
    gone = Client().get(link(invoice))
    assert gone.status_code == 410
    assert "nothing to withdraw from" in gone.content.decode() and "was until" not in gone.content.decode()


def test_the_mail_about_the_payment_holds_the_link(invoice: Any, customer: Any, stripe: Any) -> None:
    [mail] = OutboxMessage.objects.filter(template="payment_received")
    assert mail.payload["context"]["withdraw_url"].endswith(link(invoice))
    bought(stripe, customer, country="US")
    other = OutboxMessage.objects.filter(template="payment_received").exclude(pk=mail.pk).get()
    assert other.payload["context"]["withdraw_url"] == ""
