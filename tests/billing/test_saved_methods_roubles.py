"""Cards that Sberbank and PayMaster keep: saved, charged for an absent customer, ended there, removed here."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing.models import SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.saved_methods import charging, removing, setups
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.inbox.processing import process_due
from tests.billing.building import make_invoice
from tests.billing.saved_methods import make_mandate

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["sberbank", "paymaster"])
def world(request: pytest.FixtureRequest) -> Any:
    """The stand-in of a provider; the shop has no other method."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def name(world: Any, request: pytest.FixtureRequest) -> str:
    return str(request.node.callspec.params["world"])


@pytest.fixture
def method(world: Any, name: str, customer: Any) -> SavedMethod:
    """Saved with a first payment, for charges while the customer is absent as well."""
    terms = [Terms(scope=Scope.ATTENDED, text="Keep it.", language="en", ip_address=None)]
    invoice = make_invoice(customer, "9600.00", currency="RUB")
    attempt = start(invoice=invoice, gateway_name=name, wish=SaveWish(saving="unattended", terms=terms))
    world.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    return SavedMethod.objects.get()


def test_an_absent_customer_is_charged_until_they_end_it_at_the_provider(
    world: Any, name: str, method: SavedMethod, customer: Any, client: Client
) -> None:
    assert (method.status, method.brand, method.last4, method.gateway) == ("active", "Mir", "2424", name)
    mandate = make_mandate(method, subject="subscription:a")
    paid = charging.charge(invoice=make_invoice(customer, "99.90", currency="RUB"), method=method, mandate=mandate)
    assert (paid.status, paid.redirect_url, world.stats()["charges"]) == ("succeeded", "", 2)
    world.steer(method.method_reference, outcome="three_ds")
    refused = charging.charge(invoice=make_invoice(customer, "99.90", currency="RUB"), method=method, mandate=mandate)
    assert (refused.status, world.stats()["charges"]) == ("failed", 2) and refused.failure_code.startswith("three_d")
    end, told = ("end_binding", "application/x-www-form-urlencoded"), ("end_token", "application/json")
    act, content_type = end if name == "sberbank" else told
    getattr(world, act)(method.method_reference)
    answer = client.post(f"/hooks/{name}/", world.callbacks()[-1]["body"], content_type=content_type)
    process_due()
    process_due(is_proven=False)
    method.refresh_from_db()
    assert (answer.status_code, method.status) == (200, "revoked")
    with pytest.raises(charging.NotChargeable):
        charging.charge(invoice=make_invoice(customer, "99.90", currency="RUB"), method=method, mandate=mandate)


def test_what_is_removed_here_is_forgotten_there(world: Any, name: str, method: SavedMethod) -> None:
    reference = str(method.method_reference)
    assert removing.remove(method) and removing.forget_removed() == 1
    kept = world.bindings() if name == "sberbank" else world.tokens()
    assert [each.get("bindingStatus", each.get("status")) for each in kept] in (["0"], ["Revoked"])
    assert reference and SavedMethod.objects.get().method_reference is None


def test_a_card_is_added_without_a_payment(world: Any, name: str, customer: Any) -> None:
    setup = setups.start(customer=customer, gateway_name=name, currency="RUB", language="ru", terms=[])
    assert setup.redirect_url and setups.finish(setup).status == "pending"
    world.pay(setup.provider_reference) if name == "sberbank" else world.save_card(setup.provider_reference)
    setup = setups.finish(setup)
    assert (setup.status, world.stats()["charges"]) == ("done", 0)
    assert setup.method is not None and setup.method.last4 == "2424"
