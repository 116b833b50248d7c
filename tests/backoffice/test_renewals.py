"""Staff see every renewal in trouble, and what a customer's licenses renew from; they stop one, and charge none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from wagtail.models import ModelLogEntry

from storefront.core import clock
from storefront.licensing.models import License, Renewal, RenewalTry, Subscription
from storefront.licensing.states import RenewalStatus
from tests.backoffice.pressing import confirmed, errors, preview, sentences
from tests.billing.building import make_invoice
from tests.checkout.renewals.building import buy, make_method, make_product, turn_on

pytestmark = pytest.mark.django_db
LIST = "/admin/renewals/"


@pytest.fixture
def renewal(shop: Any, customer: Any, stripe: Any) -> Renewal:
    """Of a license that a card renews."""
    license = buy(customer, make_product())
    turn_on(license, method=make_method(customer))
    return Renewal.objects.get()


def put(renewal: Renewal, status: str, **fields: Any) -> None:
    Renewal.objects.filter(pk=renewal.pk).update(status=status, **fields)


def listed(client: Client, **query: str) -> str:
    answer = client.get(LIST, query)
    assert answer.status_code == 200
    page = answer.content.decode()
    return page[page.index('id="listing-results"') :] if 'id="listing-results"' in page else page


@pytest.mark.parametrize("status", ["held", "needs_consent", "needs_buyer", "failed"])
def test_a_renewal_in_trouble_is_listed_with_its_links(
    client_of: Callable[[str], Client], renewal: Renewal, status: str
) -> None:
    invoice = make_invoice(renewal.subscription.customer, "96.00")
    put(renewal, status, invoice=invoice, problem="insufficient_funds")
    page = listed(client_of("Accounting"))
    for shown in (renewal.license.number, invoice.number, "insufficient_funds", "buyer@example.com"):
        assert shown in page
    for path in (
        f"licenses/{renewal.license.number}/",
        f"invoices/{invoice.number}/",
        f"customers/{invoice.customer_id}/",
    ):
        assert f"/admin/{path}" in page
    assert str(RenewalStatus(status).label) in page


def test_what_goes_well_is_not_listed_and_what_is_tried_again_is(
    client_of: Callable[[str], Client], renewal: Renewal
) -> None:
    client = client_of("Accounting")
    for status in ("planned", "noticed", "charging", "paid", "skipped", "moved", "stopped"):
        put(renewal, status)
        assert renewal.license.number not in listed(client), status
    invoice = make_invoice(renewal.subscription.customer, "96.00")
    put(renewal, "charging", invoice=invoice, next_try_at=clock.now() + timedelta(days=3))
    RenewalTry.objects.create(
        renewal=renewal, number=1, invoice=invoice, source="method", outcome="later", ended_at=clock.now()
    )
    page = listed(client)
    assert renewal.license.number in page and "Refused, tried again" in page


def test_it_is_found_by_license_customer_and_invoice_and_filtered(
    client_of: Callable[[str], Client], renewal: Renewal
) -> None:
    invoice = make_invoice(renewal.subscription.customer, "96.00")
    put(renewal, "failed", invoice=invoice)
    client, number = client_of("Accounting"), renewal.license.number
    for typed in (number, "buyer@example.com", invoice.number):
        assert number in listed(client, q=typed), typed
    assert f"/admin/licenses/{number}/" not in listed(client, q="nobody@example.com")
    for query, is_there in (
        ({"status": "failed"}, True), ({"status": "held"}, False), ({"pays_from": "account"}, False),
        ({"pays_from": "method"}, True), ({"ends": "over"}, False), ({"status": "wrong"}, True),
    ):  # fmt: skip
        assert (f"/admin/licenses/{number}/" in listed(client, **query)) is is_there, query


def test_staff_stop_it_with_a_reason_that_is_logged(client_of: Callable[[str], Client], renewal: Renewal) -> None:
    subscription = renewal.subscription
    path, client = f"/admin/subscriptions/{subscription.pk}/stop/", client_of("Support")
    assert "Give a reason" in errors(client.post(path, {}))
    assert "at most €96.00" in sentences(preview(client, path))
    assert Subscription.objects.get().status == "active", "a preview changes nothing"
    assert confirmed(client, path).status_code == 302
    subscription.refresh_from_db()
    assert (subscription.status, subscription.stopped_by) == ("stopped", "staff")
    assert Renewal.objects.get().status == RenewalStatus.STOPPED
    entry = ModelLogEntry.objects.get(action="renewals.stop")
    assert entry.data["reason"] == "Asked by phone" and entry.data["customer"] == subscription.customer_id
    assert "stopped before" in errors(preview(client, path))


def test_the_license_and_the_customer_show_what_renews_it(client_of: Callable[[str], Client], renewal: Renewal) -> None:
    owner, stop = client_of("Owner"), f"/admin/subscriptions/{renewal.subscription_id}/stop/"
    license = owner.get(f"/admin/licenses/{renewal.license.number}/").content.decode()
    assert "Visa •••• 4242 (Planned)" in license and stop in license
    customer = owner.get(f"/admin/customers/{renewal.license.customer_id}/").content.decode()
    assert "at most €96.00" in customer and stop in customer and "Saved payment methods" in customer
    seen = client_of("Accounting").get(f"/admin/customers/{renewal.license.customer_id}/").content.decode()
    assert "at most €96.00" in seen and stop not in seen, "who may not stop it is not offered to"


def test_there_is_no_way_for_staff_to_turn_it_on_or_to_charge(renewal: Renewal) -> None:
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if "subscription" in name and "backoffice" in name} == {
        "backoffice-subscription-stop"
    }


def test_who_sees_an_account_sees_its_subscriptions_without_a_button_that_works(
    client_of: Callable[[str], Client], renewal: Renewal
) -> None:
    client, customer = client_of("Owner"), renewal.license.customer
    confirmed(client, f"/admin/customers/{customer.pk}/see/")
    for path in ("account/subscriptions/", f"account/licenses/{renewal.license.public_id}/"):
        answer = client.get(f"/admin/customers/{customer.pk}/as-customer/{path}")
        page = answer.content.decode()
        assert answer.status_code == 200 and "Anywhere" in page and "/renew/act/" not in page, path
    license: License = renewal.license
    refused = client.get(f"/admin/customers/{customer.pk}/as-customer/account/licenses/{license.public_id}/renew/")
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("problem", "said"),
    [("not_sold", "Not sold for that period any more"), ("not_enough", "Not enough on the personal account")],
)
def test_the_shops_own_reasons_are_told_in_words(
    client_of: Callable[[str], Client], renewal: Renewal, problem: str, said: str
) -> None:
    put(renewal, "held", problem=problem)
    page = listed(client_of("Accounting"))
    assert said in page and problem not in page
