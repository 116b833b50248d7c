"""Auto payment as its customer sets it: the form, what will happen, the mandate, one press to stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from storefront.billing.models import AutoTopUp, AutoTopUpCharge, Mandate, Payer
from storefront.core import clock
from tests.billing.auto_top_ups import make_charge
from tests.billing.building import make_invoice
from tests.billing.saved_methods import make_method

pytestmark = pytest.mark.django_db

PAGE = "/account/auto-payment/"
PAYER = {"kind": "person", "country": "DE", "name": "Ada Buyer"}


@pytest.fixture(autouse=True)
def frozen(stripe: Any) -> Iterator[Any]:
    with time_machine.travel("2026-12-01T10:00:00+00:00", tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(customer: Any) -> Client:
    client = Client()
    client.force_login(customer)
    return client


def typed(method: Any, **more: Any) -> dict[str, Any]:
    return {"source": f"saved:{method.public_id}", "cap": "100", "time_zone": "Europe/Berlin", **PAYER} | more


def said(page: str) -> str:
    found = re.search(r'name="said" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_what_will_happen_is_said_in_plain_words_and_agreed_to_as_it_was_read(owner: Client, customer: Any) -> None:
    method, invoice = make_method(customer), make_invoice(customer, "34.20")
    answer = owner.post(f"{PAGE}configure/?currency=EUR", typed(method, invoices=[invoice.number]))
    page = answer.content.decode()
    assert f"on 4 December 2026 about €34.20 from Visa •••• 4242 for: Invoice {invoice.number}" in page
    assert not AutoTopUp.objects.exists()
    answer = owner.post(f"{PAGE}confirm/", {"said": said(page)}, REMOTE_ADDR="192.0.2.9")
    assert answer.status_code == 302
    (mandate,) = Mandate.objects.filter(scope="top_up", ended_at=None)
    assert (mandate.amount_limit, mandate.subject, mandate.method) == (Decimal("100.000"), "top-up:EUR", method)
    assert all(paragraph in page for paragraph in mandate.text.split("\n\n"))
    assert mandate.text.startswith("As things stand: on 4 December 2026") and mandate.ip_address == "192.0.2.9"
    (top_up,) = AutoTopUp.objects.all()
    assert (top_up.is_on, top_up.time_zone, top_up.payer["name"]) == (True, "Europe/Berlin", "Ada Buyer")
    assert [each.number for each in top_up.included.all()] == [invoice.number] and Payer.objects.count() == 1
    page = owner.get(PAGE).content.decode()
    assert "Auto payment is on" in page and "€34.20" in page and "€100.00" in page


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("cap", "", "Enter the amount."),
        ("cap", "0", "Enter an amount above zero."),
        ("cap", "0.01", "or more: no less can be charged at a time."),
        ("cap", "20.001", "This currency has no such small coins."),
        ("source", "", "Choose what is charged."),
        ("source", "saved:nobody", "Select a valid choice"),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("invoices", "INV-2026-999999", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(owner: Client, customer: Any, field: str, value: str, message: str) -> None:
    make_invoice(customer)
    answer = owner.post(f"{PAGE}configure/", typed(make_method(customer)) | {field: value})
    assert answer.status_code == 422 and message in answer.content.decode()


def test_of_another_or_too_old_nothing_is_agreed_to(
    owner: Client, customer: Any, frozen: Any, stranger: Client
) -> None:
    page = owner.post(f"{PAGE}configure/", typed(make_method(customer))).content.decode()
    stranger.post(f"{PAGE}confirm/", {"said": said(page)})
    owner.post(f"{PAGE}confirm/", {"said": said(page)[:-2]})
    frozen.shift(timedelta(hours=2))
    owner.force_login(customer)
    owner.post(f"{PAGE}confirm/", {"said": said(page)})
    assert not AutoTopUp.objects.exists() and not Mandate.objects.filter(scope="top_up").exists()


def test_a_method_that_cannot_be_charged_alone_gets_an_invoice_and_the_page_says_so(
    owner: Client, customer: Any
) -> None:
    from tests.billing.transfers import make_account

    make_account()
    page = owner.get(f"{PAGE}configure/").content.decode()
    assert "it cannot be charged by itself, so we mail you an invoice" in page
    found = re.search(r'value="(invoice:[^"]+)"', page)
    assert found
    answer = owner.post(f"{PAGE}configure/", typed(make_method(customer), source=found[1]))
    page = answer.content.decode()
    assert "nothing is charged by itself" in page
    owner.post(f"{PAGE}confirm/", {"said": said(page)})
    assert AutoTopUp.objects.get().invoiced_by and Mandate.objects.get(scope="top_up").method is None


def test_one_press_turns_it_off_or_skips_a_charge(owner: Client, customer: Any) -> None:
    charge = make_charge(customer)
    owner.post(f"{PAGE}{charge.public_id}/skip/")
    assert AutoTopUpCharge.objects.get().status == "skipped"
    owner.post(f"{PAGE}off/?currency=EUR")
    assert not AutoTopUp.objects.get().is_on
    assert clock.now() == Mandate.objects.get(scope="top_up").ended_at


def test_the_link_of_a_notice_needs_no_log_in_and_opening_it_changes_nothing(customer: Any) -> None:
    from storefront.billing.auto_top_ups import links

    charge = make_charge(customer)
    path = f"/auto-payment/{links.token_of(charge)}/"
    page = Client().get(path).content.decode()
    assert "On 4 December 2026 about €34.20 will be charged to Visa •••• 4242." in page
    assert AutoTopUpCharge.objects.get().status == "noticed"
    Client().post(path, {"do": "off"})
    assert not AutoTopUp.objects.get().is_on and AutoTopUpCharge.objects.get().status == "stopped"
    assert Client().get(f"/auto-payment/{charge.public_id}.forged/").status_code == 404
