"""The buyer chooses another way while a charge is open: it is closed there first; no money is taken twice or lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.billing import breaker, links
from storefront.billing.errors import AlreadyPaid, MethodStopped, PaymentProcessing, PaymentUnavailable
from storefront.billing.models import Invoice, Payment, PaymentAttempt, ReviewItem
from storefront.billing.services import ledger, payment_methods, starting
from storefront.billing.services.polling import poll_open_attempts, probe_away
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import choose_by_hand, start
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from tests.billing import paying_by_hand, second_stripe
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(stripe: Any, settings: Any) -> Iterator[Any]:
    cache.clear()
    settings.PAYMENT_METHODS_BY_HAND = {"letter": paying_by_hand.PATH}
    paying_by_hand.METHOD.__init__()  # type: ignore[misc]
    with second_stripe.running(settings) as stand_in:
        yield stand_in
    cache.clear()


def pay_by(invoice: Invoice, name: str) -> PaymentAttempt:
    return start(invoice=invoice, gateway_name=name)


def fresh(row: Any) -> Any:
    row.refresh_from_db()
    return row


def poll() -> None:
    PaymentAttempt.objects.exclude(next_check_at=None).update(next_check_at=clock.now())
    poll_open_attempts()


def take_away(stand_in: Any, attempt: PaymentAttempt) -> None:
    """The provider of an open charge stops answering."""
    stand_in.fail_next(kind="reset", count=999)
    for _ in range(breaker.FAILURES):
        with pytest.raises(Exception):  # noqa: B017
            settle(attempt_id=attempt.pk)
    assert breaker.is_away(attempt.gateway)


def test_the_open_charge_is_closed_at_its_provider_first(stripe: Any, second: Any, invoice: Any, audited: Any) -> None:
    first = pay_by(invoice, "stripe")
    other = pay_by(invoice, "second")
    assert fresh(first).status == AttemptStatus.CANCELLED and stripe.sessions()[0]["status"] == "expired"
    assert stripe.pay(first.provider_reference) == "closed"
    second.pay(other.provider_reference)
    settle(attempt_id=other.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID and Payment.objects.get().gateway == "second"
    assert audited() == []


def test_back_and_forth_leaves_one_open(stripe: Any, second: Any, invoice: Any) -> None:
    for name in ("stripe", "second", "stripe", "second"):
        pay_by(invoice, name)
    assert [each["status"] for each in stripe.sessions()] == ["expired", "expired"]
    assert [each["status"] for each in second.sessions()].count("open") == 1
    assert invoice.attempts.filter(status="pending").count() == 1


def test_who_has_paid_there_already_is_not_asked_again(stripe: Any, second: Any, invoice: Any) -> None:
    first = pay_by(invoice, "stripe")
    stripe.pay(first.provider_reference)  # nobody has told us yet
    with pytest.raises(AlreadyPaid):
        pay_by(invoice, "second")
    assert fresh(invoice).status == InvoiceStatus.PAID and second.sessions() == []


def test_nor_is_who_waits_for_their_bank(stripe: Any, second: Any, invoice: Any) -> None:
    first = pay_by(invoice, "stripe")
    stripe.pay_later(first.provider_reference)
    for name in ("second", "letter"):
        with pytest.raises(PaymentProcessing):
            pay_by(invoice, name) if name == "second" else choose_by_hand(invoice=invoice, name=name)
    assert second.sessions() == [] and fresh(first).is_processing


def test_where_the_new_provider_is_away_the_open_page_stays(
    stripe: Any, second: Any, invoice: Any, customer: Any
) -> None:
    take_away(second, pay_by(make_invoice(customer), "second"))
    first = pay_by(invoice, "stripe")
    with pytest.raises(PaymentUnavailable):
        pay_by(invoice, "second")
    assert fresh(first).status == AttemptStatus.PENDING and stripe.sessions()[0]["status"] == "open"


def test_one_whose_provider_is_away_is_given_up_and_closed_there_later(
    stripe: Any, second: Any, invoice: Any, audited: Any
) -> None:
    first = pay_by(invoice, "stripe")
    take_away(stripe, first)
    other = pay_by(invoice, "second")
    assert other.redirect_url and fresh(first).status == AttemptStatus.CANCELLED
    stripe.faults.clear()
    probe_away()
    poll()
    assert stripe.sessions()[0]["status"] == "expired"
    second.pay(other.provider_reference)
    settle(attempt_id=other.pk)
    assert fresh(invoice).status == InvoiceStatus.PAID and audited() == []


def test_money_that_comes_by_it_all_the_same_is_kept_once(stripe: Any, second: Any, invoice: Any, audited: Any) -> None:
    first = pay_by(invoice, "stripe")
    take_away(stripe, first)
    other = pay_by(invoice, "second")
    second.pay(other.provider_reference)
    settle(attempt_id=other.pk)
    stripe.faults.clear()
    stripe.pay(first.provider_reference)  # the page was still open there
    probe_away()
    for _ in range(3):
        poll()
    assert Payment.objects.count() == 2
    assert ledger.balance_of(invoice.customer, "EUR") == invoice.amount
    assert ReviewItem.objects.get(kind="second_payment") and audited() == []


def test_a_provider_that_only_stumbles_is_waited_for(stripe: Any, second: Any, invoice: Any) -> None:
    first = pay_by(invoice, "stripe")
    stripe.fail_next(kind="reset")
    with pytest.raises(PaymentUnavailable):
        pay_by(invoice, "second")
    assert fresh(first).status == AttemptStatus.PENDING and second.sessions() == []
    assert pay_by(invoice, "second").redirect_url


def test_choosing_one_without_a_provider_closes_the_page_too(stripe: Any, second: Any, invoice: Any) -> None:
    first = pay_by(invoice, "stripe")
    choose_by_hand(invoice=invoice, name="letter")
    assert fresh(first).status == AttemptStatus.CANCELLED and stripe.sessions()[0]["status"] == "expired"
    assert paying_by_hand.METHOD.chosen == [invoice.number]


def test_a_stopped_one_cannot_be_chosen_and_closes_nothing(
    stripe: Any, second: Any, invoice: Any, make_customer: Any
) -> None:
    first = pay_by(invoice, "stripe")
    for name in ("second", "letter"):
        payment_methods.stop(name=name, by=make_customer(f"{name}@example.com"), reason="Test")
    with pytest.raises(MethodStopped):
        pay_by(invoice, "second")
    with pytest.raises(MethodStopped):
        choose_by_hand(invoice=invoice, name="letter")
    assert fresh(first).status == AttemptStatus.PENDING


class TestPage:
    def test_large_choices_with_the_open_one_chosen(
        self, client: Client, stripe: Any, second: Any, invoice: Any
    ) -> None:
        page = client.get(links.pay_path(invoice)).content.decode()
        assert page.count('type="radio" name="method"') == 3 and page.count(" checked") == 1
        assert 'value="stripe" required checked' in page and "Second Pay" in page and "Payment by letter" in page
        pay_by(invoice, "second")
        assert 'value="second" required checked' in client.get(links.pay_path(invoice)).content.decode()

    def test_one_that_is_away_takes_itself_away_with_an_honest_line(
        self, client: Client, stripe: Any, second: Any, invoice: Any
    ) -> None:
        take_away(stripe, pay_by(invoice, "stripe"))
        page = client.get(links.pay_path(invoice)).content.decode()
        assert 'value="stripe" required disabled' in page and "Does not answer at the moment" in page
        assert 'value="second" required checked' in page and 'id="pay-order"' in page
        answer = client.post(links.pay_path(invoice), {"method": "second"})
        assert answer.status_code == 303 and answer["Location"].startswith(second.base_url)

    def test_by_hand_the_page_tells_how_and_lets_them_pay_otherwise(
        self, client: Client, stripe: Any, second: Any, invoice: Any
    ) -> None:
        answer = client.post(links.pay_path(invoice), {"method": "letter"})
        assert answer.status_code == 303 and answer["Location"].endswith("?by=letter#by-hand")
        page = client.get(answer["Location"]).content.decode()
        assert 'id="by-hand"' in page and 'value="letter"' not in page and "Pay another way" in page
        assert page.count('type="radio" name="method"') == 2
        again = client.post(answer["Location"].partition("#")[0], {"method": "stripe"})
        assert again.status_code == 303 and again["Location"].startswith(stripe.base_url)

    def test_one_method_only_is_no_choice(self, client: Client, second: Any, invoice: Any, settings: Any) -> None:
        settings.PAYMENT_GATEWAYS = {"second": settings.PAYMENT_GATEWAYS["second"]}
        settings.PAYMENT_METHODS_BY_HAND = {}
        assert 'name="method"' not in client.get(links.pay_path(invoice)).content.decode()
        assert client.post(links.pay_path(invoice))["Location"].startswith(second.base_url)

    def test_its_queries_do_not_grow_with_the_methods(
        self, client: Client, second: Any, invoice: Any, settings: Any
    ) -> None:
        spec, asked = settings.PAYMENT_GATEWAYS["second"], []
        for count in (2, 12):
            settings.PAYMENT_GATEWAYS = {f"method-{n}": spec for n in range(count)}
            client.get(links.pay_path(invoice))
            with CaptureQueriesContext(connection) as captured:
                client.get(links.pay_path(invoice))
            asked.append(len(captured))
        assert asked[0] == asked[1]

    def test_nothing_comes_from_third_parties(self, client: Client, second: Any, invoice: Any) -> None:
        answer = client.get(links.pay_path(invoice))
        page = answer.content.decode()
        assert not re.findall(r'(?:src|srcset)="(?:https?:)?//', page)
        loading = [part for part in answer["Content-Security-Policy"].split(";") if "form-action" not in part]
        assert loading and not any("http" in part for part in loading)


@pytest.mark.parametrize("chosen", ["second", "letter"])
def test_where_another_window_always_opens_another_way_they_are_told_so_and_choose_again(
    client: Client, stripe: Any, second: Any, invoice: Any, monkeypatch: Any, audited: Any, chosen: str
) -> None:
    make_room, path = starting.make_room, links.pay_path(invoice)

    def closed_and_opened(attempt: PaymentAttempt, **more: Any) -> None:
        make_room(attempt, **more)
        monkeypatch.setattr(starting, "make_room", make_room)
        pay_by(invoice, "stripe")  # in the other window
        monkeypatch.setattr(starting, "make_room", closed_and_opened)

    pay_by(invoice, "stripe")
    monkeypatch.setattr(starting, "make_room", closed_and_opened)
    answer = client.post(path, {"method": chosen})
    page = answer.content.decode()
    assert answer.status_code == 409 and "open in another window" in page and "You have not been charged." in page
    assert all(f'name="method" value="{name}"' in page for name in ("stripe", "second", "letter"))
    assert not Payment.objects.exists() and second.sessions() == []
    assert [each["status"] for each in stripe.sessions()].count("open") == 1
    monkeypatch.setattr(starting, "make_room", make_room)
    assert client.post(path, {"method": chosen}).status_code == 303
    assert [each["status"] for each in stripe.sessions()].count("open") == 0 and audited() == []
