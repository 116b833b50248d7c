"""Another payer for an unpaid invoice, from the pay page: by the customer, or by whoever holds the link."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from storefront.billing import links
from storefront.billing.models import Invoice, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers, settlement, starting
from storefront.notifications.models import OutboxMessage
from tests import purchases

pytestmark = pytest.mark.django_db

CLIENT = {
    "kind": "company", "company": "Client KG", "country": "AT", "address": "Ring 1", "city": "Wien", "payer": "new",
    "vat_id": "ATU13585627", "documents_email": "books@client.example",
}  # fmt: skip


@pytest.fixture(autouse=True)
def short_timeouts(settings: Any) -> None:
    settings.STRIPE_TIMEOUTS = (1.0, 1.0)


@pytest.fixture
def invoice(customer: Any, shop: Any) -> Invoice:
    return purchases.order(customer, shop)


def newest() -> Invoice:
    return Invoice.objects.latest("pk")


def test_whoever_holds_the_link_names_their_company_and_the_link_stays(
    client: Client, invoice: Invoice, customer: Any, stripe: Any
) -> None:
    page = client.get(links.payer_path(invoice)).content.decode()
    assert invoice.payer["name"] not in page and customer.email not in page, "nothing about the buyer"
    answer = client.post(links.payer_path(invoice), CLIENT)
    new = newest()
    assert answer["Location"] == links.pay_path(new)
    assert (new.payer["company"], new.payer["vat_id"], new.payer["phone"]) == ("Client KG", "ATU13585627", "")
    assert new.payer["email"] == customer.email
    invoice.refresh_from_db()
    assert (invoice.status, new.status) == ("void", "open")
    assert client.get(links.pay_path(invoice), follow=True).redirect_chain[-1][0] == links.pay_path(new)
    assert client.post(links.pay_path(invoice))["Location"] == links.pay_path(new), "nothing can be paid on the old one"
    assert not Payer.objects.exists(), "what a stranger types is no payer of the customer"
    mail = OutboxMessage.objects.get(key=f"invoice-replaced:{new.number}")
    assert mail.recipient == customer.email


def test_the_customer_chooses_one_of_theirs_or_makes_one(client: Client, invoice: Invoice, customer: Any) -> None:
    details = PayerDetails(kind="company", company="Mine GmbH", country="DE", city="Bonn")
    mine = payers.add(customer=customer, details=details)
    client.force_login(customer)
    assert "Mine GmbH" in client.get(links.payer_path(invoice)).content.decode()
    client.post(links.payer_path(invoice), {"payer": mine.public_id})
    assert newest().payer["company"] == "Mine GmbH"
    client.post(links.payer_path(newest()), CLIENT)
    assert newest().payer["company"] == "Client KG"
    assert {each.company for each in Payer.objects.filter(customer=customer).exclude(used_at=None)} == {
        "Mine GmbH",
        "Client KG",
    }
    number = newest().number
    answer = client.post(links.payer_path(newest()), CLIENT, follow=True)
    assert "The payer stays as it is." in answer.content.decode() and newest().number == number
    page = client.get(f"/account/invoices/{number}/").content.decode()
    assert "Client KG" in page and links.payer_path(newest()) in page


def test_an_open_page_at_the_provider_is_closed_and_a_paid_one_is_kept(
    client: Client, invoice: Invoice, stripe: Any
) -> None:
    attempt = starting.start(invoice=invoice, gateway_name="stripe")
    client.post(links.payer_path(invoice), CLIENT)
    assert stripe.pay(attempt.provider_reference) == "closed"
    other = starting.start(invoice=newest(), gateway_name="stripe")
    stripe.pay(other.provider_reference)
    answer = client.post(links.payer_path(newest()), CLIENT | {"company": "Late Ltd"})
    assert answer["Location"] == links.pay_path(newest())
    settlement.settle(attempt_id=other.pk)
    assert (newest().status, newest().payer["company"]) == ("paid", "Client KG")


def test_a_provider_that_does_not_answer_keeps_the_invoice(client: Client, invoice: Invoice, stripe: Any) -> None:
    starting.start(invoice=invoice, gateway_name="stripe")
    stripe.fail_next(kind="status", status=503, count=9)
    answer = client.post(links.payer_path(invoice), CLIENT)
    assert answer.status_code == 503 and "Client KG" in answer.content.decode()
    assert newest() == invoice


def test_what_is_wrong_is_said_and_nothing_is_reissued(client: Client, invoice: Invoice) -> None:
    answer = client.post(links.payer_path(invoice), CLIENT | {"vat_id": "DE136695976", "address": "R"})
    assert answer.status_code == 422
    assert "a number of Germany" in answer.content.decode()
    assert newest() == invoice


def test_too_many_changes_are_refused(client: Client, invoice: Invoice, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"pay-payer-order": "1/day"}
    client.post(links.payer_path(invoice), CLIENT)
    again = client.post(links.payer_path(newest()), CLIENT | {"company": "Another"}, REMOTE_ADDR="10.9.8.7")
    assert again.status_code == 429
    assert newest().payer["company"] == "Client KG"


@pytest.mark.parametrize("path", ["/pay/forged/payer/", "/pay/x.y/payer/"])
def test_a_forged_link_is_nothing(client: Client, shop: Any, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, CLIENT).status_code == 404


def test_a_paid_one_leads_to_its_page(client: Client, invoice: Invoice, stripe: Any) -> None:
    purchases.pay(invoice, stripe)
    assert client.get(links.payer_path(invoice))["Location"] == links.pay_path(invoice)
