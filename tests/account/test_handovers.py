"""A license changes hands: offered by its holder, taken or refused by whoever reads the mail, or given by staff."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from storefront.core import clock
from storefront.licensing.links import extend_path, handover_url
from storefront.licensing.models import Handover, License
from storefront.licensing.services import handovers
from storefront.licensing.services.handover_errors import CannotReceive, OfferOver, OwnAddress
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests import purchases
from tests.checkout.building import order_by, put_in_cart

pytestmark = pytest.mark.django_db
NEW = "new@client.example"


def offer(license: License, email: str = NEW) -> Handover:
    return handovers.offer(license=license, holder=license.customer, email=email, language="en")


def path(made: Handover) -> str:
    return handover_url(made).removeprefix("http://testserver")


def told(template: str) -> list[str]:
    rows = OutboxMessage.objects.filter(template=template).order_by("recipient")
    return list(rows.values_list("recipient", flat=True))


def fresh(license: License) -> License:
    return License.objects.select_related("customer").get(pk=license.pk)


def page_of(license: License) -> str:
    return f"/account/licenses/{license.public_id}/"


def test_offered_in_the_account_and_taken_by_somebody_new(own: Client, license: License, customer: Any) -> None:
    assert own.post(f"{page_of(license)}hand-over/", {"do": "offer", "email": NEW}).status_code == 302
    assert NEW in own.get(page_of(license)).content.decode()
    row = OutboxMessage.objects.get(template="handover_offered")
    assert row.recipient == NEW
    link = re.search(r"/handover/[^\s\"']+/", str(row.payload))
    assert link
    receiver = Client()
    shown = receiver.get(link[0]).content.decode()
    assert license.number in shown and "acme.bitrix24.com" not in shown
    assert fresh(license).customer == customer, "looking changes nothing"
    answer = receiver.post(link[0], {"do": "accept", "name": "Clara Client"})
    assert answer["Location"] == page_of(license)
    holder = User.objects.get(email=NEW)
    assert fresh(license).customer == holder and holder.name == "Clara Client"
    assert "acme.bitrix24.com" in receiver.get(page_of(license)).content.decode(), "they are logged in"
    assert own.get(page_of(license)).status_code == 404
    assert own.get(f"/account/invoices/{customer.invoices.get().number}/").status_code == 200
    assert receiver.get(f"/account/invoices/{customer.invoices.get().number}/").status_code == 404
    assert told("license_handed_over") == sorted([customer.email, NEW])
    assert told("access") == [NEW]
    assert [each.code for each in license.events.all()][-2:] == ["handover_offered", "handed_over"]
    assert license.events.last().actor == holder  # type: ignore[union-attr]
    assert receiver.post(link[0], {"do": "accept"}).status_code == 410


def test_what_was_bought_still_counts_for_the_license(own: Client, license: License, shop: Any, stripe: Any) -> None:
    """An extension that was ordered before is paid after: the time goes to the license, the mail to its new holder."""
    order = own.post(extend_path(license), {"term": shop.term().pk, f"agreement-{shop.agreement.pk}": "on"})
    assert order.status_code in (200, 302, 307)
    before = license.valid_until
    handovers.accept(offer=offer(license), name="")
    purchases.pay(purchases.order(license.customer, shop), stripe)
    assert fresh(license).valid_until == before, "the former holder's next order for the portal is theirs"
    assert License.objects.exclude(pk=license.pk).get().customer == license.customer


def test_an_account_takes_it_only_by_its_own_log_in(license: License, make_customer: Any) -> None:
    known, other = make_customer(NEW), make_customer("other@example.com")
    made = offer(license)
    visitor = Client()
    assert visitor.post(path(made), {"do": "accept"})["Location"].startswith("/account/login/?next=/handover/")
    wrong = Client()
    wrong.force_login(other)
    refused = wrong.post(path(made), {"do": "accept"})
    assert refused.status_code == 409 and "other@example.com" in refused.content.decode()
    assert fresh(license).customer not in (known, other)
    right = Client()
    right.force_login(known)
    assert right.post(path(made), {"do": "accept"}).status_code == 302
    assert fresh(license).customer == known


def test_refused_withdrawn_and_expired_ones_leave_it_where_it_is(
    own: Client, license: License, customer: Any, settings: Any
) -> None:
    first = offer(license)
    assert Client().post(path(first), {"do": "refuse"}).status_code == 302
    assert told("handover_refused") == [customer.email]
    assert Client().get(path(first)).status_code == 410
    second = offer(license)
    own.post(f"{page_of(license)}hand-over/", {"do": "withdraw"})
    assert Client().post(path(second), {"do": "accept"}).status_code == 410
    third = offer(license)
    with time_machine.travel(clock.now() + timedelta(days=settings.HANDOVER_DAYS, minutes=1)):
        assert Client().post(path(third), {"do": "accept"}).status_code == 410
        with pytest.raises(OfferOver):
            handovers.accept(offer=third)
        fourth = offer(license)
        assert fourth.pk != third.pk
    assert fresh(license).customer == customer
    assert not User.objects.filter(email=NEW).exists()


def test_nobody_takes_what_was_offered_to_an_erased_account(license: License, customer: Any) -> None:
    made = offer(license)
    Handover.objects.update(email="")  # as an erasure leaves it
    assert Client().post(path(made), {"do": "accept"}).status_code == 410
    assert fresh(license).customer == customer and User.objects.count() == 1


def test_one_offer_at_a_time_and_none_to_oneself_or_to_staff(own: Client, license: License, make_customer: Any) -> None:
    offer(license)
    again = own.post(f"{page_of(license)}hand-over/", {"email": "third@example.com"}, follow=True)
    assert Handover.objects.count() == 1 and "offered to somebody already" in again.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(
            license=license, holder=license.customer, email=NEW, language="en", expires_at=clock.now()
        )
    Handover.objects.all().delete()
    with pytest.raises(OwnAddress):
        offer(license, license.customer.email)
    staff = make_customer("staff@example.com")
    staff.is_staff = True
    staff.save()
    with pytest.raises(CannotReceive):
        offer(license, "staff@example.com")


def test_anothers_license_is_not_offered(license: License, stranger: Client) -> None:
    assert stranger.post(f"{page_of(license)}hand-over/", {"email": NEW}).status_code == 404
    assert not Handover.objects.exists()


def test_too_many_offers_are_refused(own: Client, license: License, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"handover-offer": "1/day"}
    assert own.post(f"{page_of(license)}hand-over/", {"email": NEW}).status_code == 302
    assert own.post(f"{page_of(license)}hand-over/", {"email": NEW}).status_code == 429


def test_bought_for_somebody_else_it_is_offered_once_paid(client: Client, shop: Any, stripe: Any) -> None:
    put_in_cart(client, shop.term())
    order_by(client, shop, holder_email="Admin@Client.example")
    buyer = User.objects.get()
    invoice = buyer.invoices.get()
    assert not Handover.objects.exists()
    purchases.pay(invoice, stripe)
    made = Handover.objects.get()
    assert (made.email, made.holder, made.license.customer) == ("admin@client.example", buyer, buyer)
    Client().post(path(made), {"do": "accept"})
    assert License.objects.get().customer.email == "admin@client.example"
    assert buyer.invoices.get() == invoice
    purchases.pay(purchases.order(buyer, shop), stripe)
    assert Handover.objects.count() == 1


def test_the_pay_link_goes_to_whoever_pays(own: Client, customer: Any, shop: Any, settings: Any) -> None:
    settings.THROTTLES = settings.THROTTLES | {"pay-link": "2/day"}
    invoice = purchases.order(customer, shop)
    send = f"/account/invoices/{invoice.number}/send/"
    assert own.post(send, {"email": "nobody"}).status_code == 422
    assert own.post(send, {"email": "books@client.example"}).status_code == 302
    row = OutboxMessage.objects.get(template="pay_link_sent")
    assert row.recipient == "books@client.example" and "/pay/" in str(row.payload)
    own.post(send, {"email": "books@client.example"})
    assert OutboxMessage.objects.filter(template="pay_link_sent").count() == 1, "once a day"
    assert own.post(send, {"email": "other@client.example"}).status_code == 429


def test_a_paid_invoice_is_sent_to_nobody(own: Client, customer: Any, license: License) -> None:
    own.post(f"/account/invoices/{customer.invoices.get().number}/send/", {"email": NEW})
    assert not OutboxMessage.objects.filter(template="pay_link_sent").exists()
