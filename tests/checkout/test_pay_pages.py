"""The pay page and the page after it, as a buyer, a stranger and an unlucky buyer see them."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from storefront.billing import links
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import invoices, settlement, starting
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.states import AttemptStatus, InvoiceStatus
from storefront.core import clock
from tests import purchases

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calm(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def invoice(customer: Any, shop: Any) -> Any:
    return purchases.order(customer, shop)


@pytest.fixture
def link(invoice: Any) -> str:
    return links.pay_path(invoice)


def return_path(payment: PaymentAttempt) -> str:
    return links.return_url(payment).removeprefix("http://testserver")


def status_path(payment: PaymentAttempt) -> str:
    token = return_path(payment).split("/")[-2]
    return reverse("pay-result-status", kwargs={"token": token})


def text(response: Any) -> str:
    return response.content.decode()


def land(client: Client, payment: PaymentAttempt) -> str:
    """What the buyer reads a moment after he has landed: the worker has run, and the page has asked for news."""
    assert client.get(return_path(payment)).status_code == 200
    poll_open_attempts()
    return text(client.get(status_path(payment), headers={"HX-Request": "true"}))


# The pay page -------------------------------------------------------------------------------------------------------


def test_the_link_works_without_a_login_and_shows_what_is_paid(client: Client, invoice: Any, link: str) -> None:
    response = client.get(link)
    assert response.status_code == 200
    for words in ("License 0", "acme.bitrix24.com", "€96.00", invoice.number, invoice.order.number, "Pay order"):
        assert words in text(response)


def test_the_page_tells_nothing_about_the_person(client: Client, customer: Any, link: str) -> None:
    body = text(client.get(link))
    assert customer.email not in body
    assert customer.name not in body


def test_the_page_is_kept_by_nobody_and_leads_nowhere_but_to_the_provider(
    client: Client, stripe: Any, link: str
) -> None:
    response = client.get(link)
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "same-origin"
    assert f"form-action 'self' {stripe.base_url}" in response["Content-Security-Policy"]


def test_looking_opens_no_charge(client: Client, stripe: Any, link: str) -> None:
    client.get(link)
    client.head(link)
    assert not PaymentAttempt.objects.exists()
    assert stripe.requests() == []


def test_pay_order_leads_to_the_provider(client: Client, stripe: Any, link: str) -> None:
    response = client.post(link)
    assert response.status_code == 303
    assert response["Location"] == PaymentAttempt.objects.get().redirect_url
    assert response["Location"].startswith(stripe.base_url)


def test_pressing_twice_leads_to_the_same_charge(client: Client, stripe: Any, link: str) -> None:
    first, second = client.post(link)["Location"], client.post(link)["Location"]
    assert first == second
    assert len(stripe.sessions()) == 1


def test_a_forged_press_from_another_site_is_refused(invoice: Any, link: str) -> None:
    response = Client(enforce_csrf_checks=True).post(link)
    assert response.status_code == 403
    assert not PaymentAttempt.objects.exists()


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: "x" + t, lambda t: t.split(".")[0]]
)
def test_a_link_we_did_not_sign_is_not_found(client: Client, invoice: Any, change: Any) -> None:
    token = change(links.pay_token(invoice))
    for response in (client.get(reverse("pay", args=[token])), client.post(reverse("pay", args=[token]))):
        assert response.status_code == 404


def test_a_paid_link_is_dead_and_kind(client: Client, stripe: Any, invoice: Any, link: str) -> None:
    purchases.pay(invoice, stripe)
    response = client.get(link)
    assert response.status_code == 410
    assert "paid already" in text(response)
    assert "acme.bitrix24.com" not in text(response)


def test_a_paid_link_takes_no_second_payment(client: Client, stripe: Any, invoice: Any, link: str) -> None:
    purchases.pay(invoice, stripe)
    response = client.post(link)
    assert response.status_code == 410
    assert len(stripe.sessions()) == 1


def test_who_paid_and_comes_back_to_the_old_page_is_not_sent_to_pay_again(
    client: Client, stripe: Any, invoice: Any, link: str
) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)  # no webhook has come, nobody has looked
    response = client.post(link, follow=True)
    assert response.status_code == 410
    assert "paid already" in text(response)


def test_a_void_link_is_dead_and_shows_the_way_on(client: Client, invoice: Any, link: str) -> None:
    invoices.void(invoice=invoice, reason="test")
    response = client.get(link)
    assert response.status_code == 410
    assert "void" in text(response)
    assert "/products/" in text(response)
    assert client.post(link).status_code == 410


@pytest.mark.parametrize(
    "fault", [{"kind": "status", "status": 503}, {"kind": "reset"}, {"kind": "html"}, {"kind": "lost"}]
)
def test_a_provider_that_is_down_costs_nothing_but_a_minute(client: Client, stripe: Any, link: str, fault: Any) -> None:
    stripe.fail_next(count=9, method="POST", **fault)
    response = client.post(link)
    assert response.status_code == 503
    assert response["Retry-After"] == "10"
    assert "You have not been charged" in text(response)
    assert "Try again" in text(response)
    stripe.faults.clear()
    assert client.post(link).status_code == 303
    assert len(stripe.sessions()) == 1


def test_a_provider_known_to_be_away_is_told_before_anybody_presses(client: Client, stripe: Any, link: str) -> None:
    stripe.fail_next(kind="reset", count=99)
    for _ in range(3):
        client.post(link)
    asked = len(stripe.requests())
    assert "does not answer at the moment" in text(client.get(link))
    assert client.post(link).status_code == 503
    assert len(stripe.requests()) == asked


def test_the_one_call_of_a_buyer_has_the_visitors_time(client: Client, stripe: Any, settings: Any, link: str) -> None:
    settings.STRIPE_TIMEOUTS, settings.WEB_PATIENCE_SECONDS = (60.0, 60.0), 2.0
    stripe.fail_next(kind="hang", seconds=120)
    assert client.post(link).status_code == 503
    assert len(stripe.requests()) == 1


def test_a_refusal_of_the_provider_is_told(client: Client, stripe: Any, link: str) -> None:
    stripe.fail_next(kind="status", status=400, method="POST")
    response = client.post(link)
    assert response.status_code == 409
    assert "trying again will not help" in text(response)
    assert client.post(link).status_code == 303  # the button is gone, but a page opened before still has it


def test_a_payment_in_the_bank_is_not_asked_for_again(client: Client, stripe: Any, invoice: Any, link: str) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    first = client.post(link)
    assert first.status_code == 409
    for response in (first, client.get(link)):
        assert "being processed" in text(response)
        assert "do not need to pay again" in text(response)
        assert "Pay order" not in text(response)
    assert len(stripe.sessions()) == 1


def test_many_presses_are_throttled(client: Client, stripe: Any, link: str, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "pay-start": "3/hour"}
    statuses = [client.post(link).status_code for _ in range(5)]
    assert statuses == [303, 303, 303, 429, 429]
    assert client.get(link).status_code == 200


# After paying -------------------------------------------------------------------------------------------------------


def test_landing_has_the_payment_looked_up_though_no_webhook_comes(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    assert "Waiting for the confirmation" in text(client.get(return_path(payment)))
    assert poll_open_attempts() == 1
    body = text(client.get(status_path(payment), headers={"HX-Request": "true"}))
    for words in ("Payment received", "LIC-", "Waiting for acme.bitrix24.com", "Install"):
        assert words in body
        assert words in text(client.get(return_path(payment)))
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.PAID


def test_the_landing_page_calls_nobody_and_the_worker_looks_once(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    before = len(stripe.requests())
    for _ in range(5):
        client.get(return_path(payment))
        client.get(status_path(payment), headers={"HX-Request": "true"})
    assert len(stripe.requests()) == before
    poll_open_attempts()
    assert len(stripe.requests()) == before + 1
    client.get(return_path(payment))
    poll_open_attempts()
    assert len(stripe.requests()) == before + 1  # asked a moment ago


def test_nobody_is_asked_before_the_buyer_comes_back(client: Client, stripe: Any, invoice: Any, link: str) -> None:
    client.get(link)
    client.post(link)
    before = len(stripe.requests())
    assert poll_open_attempts() == 0
    assert len(stripe.requests()) == before


def test_without_scripts_the_landing_page_asks_for_news_by_itself(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    assert '<noscript><meta http-equiv="refresh" content="3">' in text(client.get(return_path(payment)))


def test_opening_the_success_page_unpaid_grants_nothing(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    assert "Waiting for the confirmation" in land(client, payment)
    invoice.refresh_from_db()
    assert invoice.status == InvoiceStatus.OPEN
    assert not invoice.customer.licenses.exists()


def test_a_provider_that_does_not_answer_is_unknown_and_not_asked_to_pay(
    client: Client, stripe: Any, invoice: Any
) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    stripe.fail_next(kind="status", status=500, count=9, method="GET")
    body = land(client, payment)
    assert "Waiting for the confirmation" in body
    assert "Pay order" not in body
    payment.refresh_from_db()
    assert payment.status == AttemptStatus.PENDING


def test_a_payment_in_the_bank_says_so_after_paying(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay_later(payment.provider_reference)
    body = land(client, payment)
    assert "being processed" in body
    assert links.pay_path(invoice) not in body


@pytest.fixture
def voucher(stripe: Any, invoice: Any) -> Any:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.issue_voucher(payment.provider_reference)
    return settlement.settle(attempt_id=payment.pk)


def test_a_voucher_is_shown_on_the_pay_page_with_another_way(
    client: Client, stripe: Any, link: str, voucher: Any
) -> None:
    body = text(client.get(link))
    for words in ("Multibanco", "123 456 789", f"/c/voucher/{voucher.provider_reference}", "Pay another way"):
        assert words in body
    assert "being processed" not in body
    response = client.post(link)  # from a page that was opened before
    assert (response.status_code, response["Location"]) == (303, link)
    assert stripe.stats()["session_creates"] == 1
    response = client.post(link, {"instead": voucher.public_id})
    assert response.status_code == 303 and "/c/pay/" in response["Location"]
    assert "Multibanco" not in text(client.get(link))


def test_the_page_after_choosing_a_voucher_says_what_is_left_to_do(client: Client, invoice: Any, voucher: Any) -> None:
    body = land(client, voucher)
    for words in ("Please pay by Multibanco", "123 456 789", f"/c/voucher/{voucher.provider_reference}"):
        assert words in body
    assert links.pay_path(invoice) in body


def test_a_payment_that_failed_offers_another_try(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.expire(payment.provider_reference)
    body = land(client, payment)
    assert "did not go through" in body
    assert "Nothing has been charged" in body
    assert links.pay_path(invoice) in body


def test_money_for_a_void_order_is_said_to_be_kept(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    type(invoice).objects.filter(pk=invoice.pk).update(status=InvoiceStatus.VOID)
    body = land(client, payment)
    assert "personal account" in body


def test_the_page_moves_by_itself_and_stops_when_all_is_done(
    client: Client, stripe: Any, shop: Any, customer: Any
) -> None:
    shop.software.binding_kind = "none"
    shop.software.save()
    invoice = purchases.order(customer, shop)
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    path, asked = status_path(payment), {"HX-Request": "true"}
    assert "hx-trigger" in text(client.get(path, headers=asked))
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    done = text(client.get(path, headers=asked))
    assert "your license works" in done
    assert "hx-trigger" not in done


def test_an_unchanged_page_is_not_sent_again(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    asked = {"HX-Request": "true"}
    body = text(client.get(status_path(payment), headers=asked))
    seen = body.split("?seen=")[1].split("&")[0]
    assert client.get(f"{status_path(payment)}?seen={seen}", headers=asked).status_code == 204
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    assert client.get(f"{status_path(payment)}?seen={seen}", headers=asked).status_code == 200


def test_when_the_payment_is_in_the_whole_page_is_loaded_anew(client: Client, stripe: Any, invoice: Any) -> None:
    """Title and steps stand above the part that moves."""
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    path, asked = f"{status_path(payment)}?was=waiting", {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get(path, headers=asked)
    stripe.pay(payment.provider_reference)
    settlement.settle(attempt_id=payment.pk)
    assert client.get(path, headers=asked)["HX-Refresh"] == "true"
    assert "HX-Refresh" not in client.get(f"{status_path(payment)}?was=paid", headers=asked)


def test_without_script_the_status_address_leads_to_the_whole_page(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    with time_machine.travel(clock.now(), tick=False):  # the signature holds the second it was made in
        assert client.get(status_path(payment))["Location"] == return_path(payment)
    assert "Check again" in text(client.get(return_path(payment)))


@pytest.mark.parametrize("name", ["pay-result", "pay-result-status"])
def test_a_return_link_we_did_not_sign_is_not_found(client: Client, stripe: Any, invoice: Any, name: str) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    for token in ("x", payment.public_id, f"{payment.public_id}.1.aaaa", links.pay_token(invoice)):
        assert client.get(reverse(name, args=[token]), headers={"HX-Request": "true"}).status_code == 404


def test_a_strangers_visit_to_the_cancel_address_changes_nothing(
    client: Client, stripe: Any, invoice: Any, link: str
) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    (session,) = stripe.sessions()
    assert session["cancel_url"].endswith(f"{link}?cancelled=1")
    client.get(session["cancel_url"])
    payment.refresh_from_db()
    assert payment.status == AttemptStatus.PENDING
    assert stripe.pay(payment.provider_reference) == "paid"


@pytest.mark.usefixtures("pages_kept")
@pytest.mark.parametrize("count", [1, 5])
def test_the_landing_page_costs_the_same_for_one_license_and_for_many(
    client: Client, stripe: Any, shop: Any, customer: Any, count: int, django_assert_max_num_queries: Any
) -> None:
    payment = purchases.pay(purchases.order(customer, shop, *["96.00"] * count), stripe)
    client.get(return_path(payment))
    with django_assert_max_num_queries(12):
        client.get(return_path(payment))


def test_no_address_of_the_pay_pages_can_be_posted_but_the_pay_page(client: Client, stripe: Any, invoice: Any) -> None:
    payment = starting.start(invoice=invoice, gateway_name="stripe")
    assert client.post(return_path(payment)).status_code == 405
    assert client.post(status_path(payment)).status_code == 405
    assert client.delete(links.pay_path(invoice)).status_code == 405


@pytest.fixture
def two_methods(settings: Any) -> None:
    methods = settings.PAYMENT_GATEWAYS
    settings.PAYMENT_GATEWAYS = {**methods, "second": methods["stripe"]}


def test_of_two_methods_the_buyer_chooses_one(client: Client, stripe: Any, invoice: Any, two_methods: None) -> None:
    path = links.pay_path(invoice)
    assert client.get(path).content.decode().count('type="radio" name="method"') == 2
    for typed in ({}, {"method": "nobody"}):
        answer = client.post(path, typed)
        assert answer.status_code == 422 and "Please choose how to pay." in answer.content.decode()
    assert not invoice.attempts.exists()
    assert client.post(path, {"method": "second"}).status_code == 303
    assert invoice.attempts.get().gateway == "second"


def test_the_form_may_lead_to_the_pages_of_every_method(
    client: Client, stripe: Any, invoice: Any, settings: Any
) -> None:
    policy = client.get(links.pay_path(invoice))["Content-Security-Policy"]
    assert stripe.base_url in policy.partition("form-action")[2].partition(";")[0]
    settings.STRIPE_API_KEY, settings.STRIPE_API_BASE = "sk_live_example", "https://api.stripe.com"
    policy = client.get(links.pay_path(invoice))["Content-Security-Policy"]
    assert "https:" in policy.partition("form-action")[2].partition(";")[0].split()
