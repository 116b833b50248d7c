"""Requests to PayPal's classic interface, as staff read them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from paypal.express.models import ExpressTransaction

from storefront.core import clock
from storefront.gateways.payments.paypal_nvp.retention import clear_requests

pytestmark = pytest.mark.django_db
SECRET = "QFZCWN5HZM8VBG7Q"


@pytest.fixture
def owner_client(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def rows() -> list[ExpressTransaction]:
    """The second as the package writes it by itself: with the credentials."""
    asked = "METHOD=SetExpressCheckout&PAYMENTREQUEST_0_AMT=96.00"
    common = {"version": "119", "response_time": 12.5, "amount": "96.00", "currency": "EUR"}
    first = ExpressTransaction.objects.create(
        method="SetExpressCheckout", ack="Success", token="EC-FIRST", raw_request=asked,
        raw_response="ACK=Success&TOKEN=EC-FIRST", **common,
    )  # fmt: skip
    second = ExpressTransaction.objects.create(
        method="DoExpressCheckoutPayment", ack="Failure", error_code="10486", error_message="Please redirect",
        raw_request=f"{asked}&USER=seller&PWD={SECRET}&SIGNATURE={SECRET}", raw_response="ACK=Failure", **common,
    )  # fmt: skip
    return [first, second]


def test_they_are_listed_and_searched_by_token_and_code(owner_client: Client, rows: list[ExpressTransaction]) -> None:
    address = reverse("backoffice-paypal-requests")
    text = owner_client.get(address).content.decode()
    assert "EC-FIRST" in text and "10486" in text
    found = owner_client.get(address, {"q": "EC-FIRST"}).content.decode()
    assert "SetExpressCheckout" in found and "10486" not in found
    refused = owner_client.get(address, {"error_code": "10486"}).content.decode()
    assert "10486" in refused and "EC-FIRST" not in refused


def test_one_is_read_field_by_field_without_secrets(owner_client: Client, rows: list[ExpressTransaction]) -> None:
    for row in rows:
        text = owner_client.get(reverse("backoffice-paypal-request", args=[row.pk])).content.decode()
        assert "PAYMENTREQUEST_0_AMT" in text and "96.00" in text and SECRET not in text
    exported = b"".join(owner_client.get(reverse("backoffice-paypal-requests"), {"export": "csv"}))
    assert b"10486" in exported and SECRET.encode() not in exported


def test_an_unknown_one_is_not_found(owner_client: Client) -> None:
    assert owner_client.get(reverse("backoffice-paypal-request", args=[4711])).status_code == 404


def test_they_are_kept_as_long_as_is_set(settings: object, rows: list[ExpressTransaction]) -> None:
    settings.PAYPAL_REQUEST_KEEP_DAYS = 200  # type: ignore[attr-defined]
    for row, age in zip(rows, (199, 201), strict=True):
        ExpressTransaction.objects.filter(pk=row.pk).update(date_created=clock.now() - timedelta(days=age))
    assert clear_requests() == 1
    assert list(ExpressTransaction.objects.all()) == [rows[0]]
