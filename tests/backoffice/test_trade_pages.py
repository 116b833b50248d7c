"""The pages of an order, an invoice and a payment: the whole story, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from storefront.billing.errors import CannotBeCharged
from storefront.billing.models import ProviderAnswer
from storefront.billing.services import settlement, starting
from storefront.billing.services.payments import register
from storefront.inbox.models import InboundEvent
from storefront.notifications.outbox import enqueue
from tests.billing.building import make_invoice
from tests.billing.deliveries import deliver, events
from tests.purchases import order, pay

pytestmark = pytest.mark.django_db


@pytest.fixture
def accountant(client_of: Callable[[str], Client]) -> Client:
    return client_of("Accounting")


def declined_then_paid(customer: Any, shop: Any, stripe: Any) -> Any:
    attempt = starting.start(invoice=order(customer, shop), gateway_name="stripe")
    stripe.pay(attempt.provider_reference, card="4000000000009995")
    settlement.settle(attempt_id=attempt.pk)
    stripe.pay(attempt.provider_reference)
    return settlement.settle(attempt_id=attempt.pk)


def test_the_provider_is_quoted_with_its_code_and_in_words(
    accountant: Client, customer: Any, shop: Any, stripe: Any
) -> None:
    attempt = declined_then_paid(customer, shop, stripe)
    said = list(ProviderAnswer.objects.filter(attempt=attempt).values_list("state", "failure_code"))
    assert said == [("open", "insufficient_funds"), ("succeeded", "")]
    for path in (
        f"/admin/orders/{attempt.invoice.order.number}/",
        f"/admin/invoices/{attempt.invoice.number}/",
        f"/admin/payments/{attempt.public_id}/",
    ):
        page = accountant.get(path).content.decode()
        assert "insufficient_funds" in page, path
        assert "There is not enough money on the card" in page, path


def test_an_answer_that_says_the_same_again_is_not_kept_twice(customer: Any, shop: Any, stripe: Any) -> None:
    attempt = starting.start(invoice=order(customer, shop), gateway_name="stripe")
    for _ in range(3):
        settlement.settle(attempt_id=attempt.pk)
    assert ProviderAnswer.objects.filter(attempt=attempt).count() == 1


def test_a_refusal_to_open_the_payment_is_kept(accountant: Client, customer: Any, stripe: Any) -> None:
    invoice = make_invoice(customer)
    stripe.fail_next(kind="status", status=400)
    with pytest.raises(CannotBeCharged):
        starting.start(invoice=invoice, gateway_name="stripe")
    assert ProviderAnswer.objects.get().state == "refused"
    page = accountant.get(f"/admin/invoices/{invoice.number}/").content.decode()
    assert "Stripe: refused to open the payment" in page


@pytest.mark.parametrize("kind", ["orders", "invoices", "payments"])
def test_a_page_asks_as_often_whatever_happened(
    kind: str, accountant: Client, make_customer: Any, shop: Any, stripe: Any, django_assert_max_num_queries: Any
) -> None:
    plain = pay(order(make_customer("a@example.com"), shop), stripe)
    eventful = declined_then_paid(make_customer("b@example.com"), shop, stripe)
    invoice = eventful.invoice
    for number in range(5):
        invoice.attempts.create(
            gateway="stripe", is_live=False, status="failed", currency="EUR", amount=96, failure_code="expired_card",
            provider_reference=f"cs_test_{number}",
        )  # fmt: skip
        InboundEvent.objects.create(source="stripe", event_id=f"evt_{number}", reference=eventful.public_id)
        enqueue(kind="mail", key=f"k{number}", payload={}, group=f"order:{invoice.order.number}")

    def path(attempt: Any) -> str:
        name = {
            "orders": attempt.invoice.order.number,
            "invoices": attempt.invoice.number,
            "payments": attempt.public_id,
        }
        return f"/admin/{kind}/{name[kind]}/"

    accountant.get(path(plain))
    with django_assert_max_num_queries(100) as few:
        assert accountant.get(path(plain)).status_code == 200
    with django_assert_max_num_queries(100) as many:
        page = accountant.get(path(eventful))
    assert len(page.context["story"].events) == 5
    assert len(many) == len(few), "\n".join(query["sql"][:150] for query in many)


def test_what_one_may_not_see_is_left_out(client_of: Any, customer: Any, shop: Any, stripe: Any) -> None:
    attempt = pay(order(customer, shop), stripe)
    path = f"/admin/orders/{attempt.invoice.order.number}/"
    assert "Ledger entries" in client_of("Accounting").get(path).content.decode()
    assert "Ledger entries" not in client_of("Sales").get(path).content.decode()


def test_a_message_of_the_provider_is_found_by_what_it_is_about(
    accountant: Client, client: Client, customer: Any, shop: Any, stripe: Any, run_jobs: Callable[[], int]
) -> None:
    attempt = pay(order(customer, shop), stripe)
    deliver(client, events(stripe, attempt.provider_reference))
    run_jobs()  # a handled message keeps nothing of what it said
    page = accountant.get(f"/admin/payments/{attempt.public_id}/")
    assert "checkout.session.completed" in [event.summary for event in page.context["story"].events]


def test_money_without_an_attempt_has_a_page(accountant: Client, customer: Any) -> None:
    payment = register(
        customer=customer, gateway="wire", reference="R-1", is_live=True, amount=Decimal("5.00"), currency="EUR"
    )
    page = accountant.get(f"/admin/payments/{payment.public_id}/")
    assert page.status_code == 200
    assert "R-1" in page.content.decode()
    for wrong in ("payment-0", "payment-x", "nonsense", "payment-99999999999999999999"):
        assert accountant.get(f"/admin/payments/{wrong}/").status_code == 404


def test_the_document_is_shown_in_its_own_language(accountant: Client, customer: Any) -> None:
    invoice = make_invoice(customer)
    page = accountant.get(f"/admin/invoices/{invoice.number}/print/").content.decode()
    assert invoice.number in page
    assert f'href="/admin/invoices/{invoice.number}/"' in page
