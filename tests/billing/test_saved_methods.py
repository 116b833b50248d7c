"""Mandates and saved methods: who may be charged for what, and what providers tell of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from storefront.billing.models import SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import charging, mandates, messages, setups
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.gateways.payments.base import EventKind, ProviderEvent
from tests.billing.building import make_invoice
from tests.billing.saved_methods import make_mandate, make_method

pytestmark = pytest.mark.django_db


@pytest.fixture
def method(customer: Any, stripe: Any) -> SavedMethod:
    """A card that the stand-in keeps, for charges while the customer is absent as well."""
    invoice = make_invoice(customer, "96.00")
    terms = [Terms(scope=Scope.ATTENDED, text="Keep it.", language="en", ip_address=None)]
    attempt = start(invoice=invoice, gateway_name="stripe", wish=SaveWish(saving="unattended", terms=terms))
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    return SavedMethod.objects.get()


def test_an_absent_customer_is_charged_under_a_mandate_and_up_to_its_limit(method: SavedMethod, customer: Any) -> None:
    mandate = make_mandate(method, subject="subscription:a", currency="EUR", amount_limit=Decimal("48.00"))
    dear, fair = make_invoice(customer, "48.01"), make_invoice(customer, "48.00")
    with pytest.raises(charging.NotChargeable):
        charging.charge(invoice=dear, method=method, mandate=mandate)
    attempt = charging.charge(invoice=fair, method=method, mandate=mandate)
    assert (attempt.status, attempt.mandate, attempt.saved_method) == ("succeeded", mandate, method)
    assert not dear.attempts.exists()


@pytest.mark.parametrize("why", ["ended", "of another method", "for pressing", "of another customer", "other currency"])
def test_a_mandate_that_does_not_cover_the_charge_charges_nothing(
    why: str, method: SavedMethod, customer: Any, stripe: Any, django_user_model: Any
) -> None:
    mandate = make_mandate(method, subject="subscription:a", currency="EUR", amount_limit=Decimal("48.00"))
    invoice = make_invoice(customer, "48.00")
    if why == "ended":
        mandates.end(mandate, by=mandates.CUSTOMER)
    elif why == "of another method":
        mandate = make_mandate(make_method(customer))
    elif why == "for pressing":
        mandate = method.mandates.get(scope=Scope.ATTENDED)
    elif why == "of another customer":
        invoice = make_invoice(django_user_model.objects.create_user("other@example.com"), "48.00")
    else:
        mandate = make_mandate(method, subject="subscription:b", currency="USD", amount_limit=Decimal("99.00"))
    charges = stripe.stats()["charges"]
    with pytest.raises(charging.NotChargeable):
        charging.charge(invoice=invoice, method=method, mandate=mandate)
    assert stripe.stats()["charges"] == charges and not invoice.attempts.exists()


def test_pressing_needs_its_own_consent(method: SavedMethod, customer: Any) -> None:
    make_mandate(method, subject="subscription:a")
    mandates.end(method.mandates.get(scope=Scope.ATTENDED), by=mandates.CUSTOMER)
    with pytest.raises(charging.NotChargeable):
        charging.charge(invoice=make_invoice(customer, "48.00"), method=method)


def test_a_new_mandate_of_the_same_subject_ends_the_one_before(method: SavedMethod, customer: Any) -> None:
    first = make_mandate(method, subject="subscription:a")
    second = make_mandate(make_method(customer), subject="subscription:a")
    first.refresh_from_db()
    assert first.ended_by == "replaced" and list(mandates.live(customer, Scope.RENEWAL, "subscription:a")) == [second]


def tell(method: SavedMethod) -> bool:
    hint = ProviderEvent(
        event_id="evt_1", kind=EventKind.METHOD_CHANGED, provider_reference="", our_reference="", is_live=False,
        method_reference=str(method.method_reference),
    )  # fmt: skip
    return messages.method_changed("stripe", hint)


def test_a_card_that_the_network_renews_is_followed(method: SavedMethod, stripe: Any) -> None:
    SavedMethod.objects.update(status="needs_buyer", problem_code="expired_card")
    stripe.update_method(method.method_reference, exp_year=2044, exp_month=2, number="5555555555554444")
    assert tell(method)
    method.refresh_from_db()
    assert (method.status, method.last4, method.expiry.isoformat()) == ("active", "4444", "2044-02-29")


def test_one_that_is_removed_at_the_provider_is_charged_no_more(method: SavedMethod, stripe: Any) -> None:
    make_mandate(method, subject="subscription:a")
    stripe.detach_method(method.method_reference)
    assert tell(method)
    method.refresh_from_db()
    assert method.status == "revoked" and not method.mandates.filter(ended_at=None).exists()


def test_a_setup_that_nobody_came_back_from_is_looked_at(customer: Any, stripe: Any) -> None:
    setup = setups.start(customer=customer, gateway_name="stripe", currency="EUR", language="en", terms=[])
    stripe.pay(setup.provider_reference)
    setup.next_check_at = setup.created_at
    setup.save(update_fields=["next_check_at"])
    assert setups.look_at_due() == 1
    setup.refresh_from_db()
    assert setup.status == "done" and setup.method.last4 == "4242"
