"""Payment methods: what staff see, stopping and resuming them, and what buyers are offered then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.billing import links
from storefront.billing.errors import MethodStopped
from storefront.billing.models import Payment, PaymentAttempt
from storefront.billing.services import payment_methods
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.notifications.models import OutboxMessage
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.billing.building import make_invoice

pytestmark = pytest.mark.django_db

PAGE = "/admin/payment-methods/stripe/"


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def invoice(customer: Any) -> Any:
    return make_invoice(customer)


def stop(staff: Any, name: str = "stripe") -> None:
    payment_methods.stop(name=name, by=staff("Owner", "of methods"), reason="Their key leaked")


def test_a_stopped_method_is_neither_offered_nor_taken(
    owner: Client, client: Client, stripe: Any, invoice: Any, settings: Any
) -> None:
    settings.PAYMENT_GATEWAYS = {**settings.PAYMENT_GATEWAYS, "second": settings.PAYMENT_GATEWAYS["stripe"]}
    page = links.pay_path(invoice)
    assert 'value="stripe"' in client.get(page).content.decode()
    assert confirmed(owner, f"{PAGE}stop/").status_code == 302
    assert [each.name for each in client.get(page).context["choice"].methods] == ["second"]
    with pytest.raises(MethodStopped):
        start(invoice=invoice, gateway_name="stripe")
    assert not PaymentAttempt.objects.exists()
    assert client.post(page).status_code == 303  # the one that is left
    assert PaymentAttempt.objects.get().gateway == "second"


def test_where_nothing_is_offered_the_page_says_so_and_keeps_the_order(
    staff: Any, client: Client, stripe: Any, invoice: Any
) -> None:
    stop(staff)
    page = links.pay_path(invoice)
    for answer, status in ((client.get(page), 200), (client.post(page, {"method": "stripe"}), 503)):
        assert answer.status_code == status
        assert "Payments are not possible at the moment" in answer.content.decode()
        assert 'id="pay-order"' not in answer.content.decode()
    assert not PaymentAttempt.objects.exists()


def test_money_under_way_arrives_although_the_method_is_stopped(staff: Any, stripe: Any, invoice: Any) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stop(staff)
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    assert Payment.objects.get().amount == invoice.amount


def test_both_acts_are_logged_and_told_to_owners(owner: Client) -> None:
    shown = sentences(preview(owner, f"{PAGE}stop/"))
    assert "Nothing is left to pay with" in shown
    confirmed(owner, f"{PAGE}stop/", reason="Their key leaked")
    assert "Their key leaked" in owner.get(PAGE).content.decode()
    assert "already" in errors(preview(owner, f"{PAGE}stop/"))
    confirmed(owner, f"{PAGE}resume/", reason="It has a new key")
    assert payment_methods.offered() == ("stripe",)
    entries = ModelLogEntry.objects.filter(action__startswith="payment_methods.").order_by("pk")
    assert [(entry.action, entry.data["after"]) for entry in entries] == [
        ("payment_methods.stop", {"State": "stopped"}),
        ("payment_methods.resume", {"State": "offered"}),
    ]
    told = OutboxMessage.objects.filter(key__startswith="owners:", recipient="owner@staff.example")
    assert told.count() == 2 and "Their key leaked" in str(told.order_by("pk")[0].payload)


def test_an_old_log_in_is_asked_again(staff: Any, client: Client) -> None:
    client.force_login(staff("Owner"))
    assert client.get(f"{PAGE}stop/")["Location"].startswith("/account/reauthenticate/")


def test_the_pages_show_mode_last_money_and_missing_settings_but_no_key(
    client_of: Callable[[str], Client], stripe: Any, invoice: Any, settings: Any
) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    settings.STRIPE_WEBHOOK_SECRETS = []
    reader = client_of("Read-only")
    shown = reader.get(PAGE).content.decode()
    assert "missing" in shown and "STRIPE_API_KEY" in shown
    assert settings.STRIPE_API_KEY not in shown
    assert f"/admin/payments/{attempt.public_id}/" in shown
    assert "stop/" not in shown
    assert "Stripe" in reader.get("/admin/payment-methods/").content.decode()


def test_the_page_of_health_tells_of_stopped_methods_and_missing_second_persons(owner: Client, settings: Any) -> None:
    settings.APPROVAL_BY_SECOND_PERSON = True
    confirmed(owner, f"{PAGE}stop/")
    shown = owner.get("/admin/health/").content.decode()
    assert "None is offered: nobody can pay." in shown and "Fewer than two people have the right" in shown
