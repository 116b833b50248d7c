"""A license that was bought for somebody, or offered to them, whom it does not reach: its holder learns of it and
decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from storefront.core import clock
from storefront.licensing.models import Handover, License
from storefront.licensing.services import handover_endings, handovers
from storefront.licensing.services.handover_errors import MailsComeBack, OfferOver, OwnAddress
from storefront.notifications import addresses
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User
from tests import purchases
from tests.account.test_handovers import NEW, fresh, offer, page_of, path
from tests.checkout.building import order_by, put_in_cart

pytestmark = pytest.mark.django_db


def mails() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.filter(template="handover_failed").order_by("pk")
    return [(row.recipient, row.payload["context"]["cause"]) for row in rows]


def after_its_days(settings: Any) -> Any:
    return time_machine.travel(clock.now() + timedelta(days=settings.HANDOVER_DAYS, minutes=1))


def bought_for(client: Client, shop: Any, stripe: Any, email: str) -> License:
    put_in_cart(client, shop.term())
    order_by(client, shop, holder_email=email)
    purchases.pay(User.objects.get(email="grace@example.com").invoices.get(), stripe)
    return License.objects.select_related("customer").get()


def test_bought_for_whom_it_cannot_reach_the_buyer_is_told_and_offers_it_to_another(
    client: Client, shop: Any, stripe: Any, make_customer: Any
) -> None:
    closed = make_customer("closed@client.example")
    closed.is_active = False
    closed.save()
    license = bought_for(client, shop, stripe, "closed@client.example")
    buyer = license.customer
    assert mails() == [(buyer.email, "impossible")]
    client.force_login(buyer)
    home, page = (client.get(each).content.decode() for each in ("/account/", page_of(license)))
    for shown in (home, page):
        assert "bought for closed@client.example, who cannot hold it" in shown
    assert 'value="closed@client.example"' in page and 'value="keep"' in page
    order = client.get(f"/account/orders/{buyer.invoices.get().order.number}/").content.decode()
    assert "License for" in order and "closed@client.example" in order
    client.post(f"{page_of(license)}hand-over/", {"do": "offer", "email": NEW})
    assert "cannot hold it" not in client.get("/account/").content.decode()
    assert Client().post(path(Handover.objects.get(status="open")), {"do": "accept"}).status_code == 302
    assert fresh(license).customer.email == NEW


def test_bought_for_an_address_that_mails_come_back_from(client: Client, shop: Any, stripe: Any) -> None:
    addresses.bounced(NEW, at=clock.now())
    license = bought_for(client, shop, stripe, NEW)
    assert mails() == [(license.customer.email, "returned")]
    assert Handover.objects.get().status == "returned"


def test_what_nobody_answers_in_time_is_told_once_and_can_be_kept(
    own: Client, license: License, customer: Any, settings: Any
) -> None:
    offer(license)
    assert handover_endings.end_due() == 0
    with after_its_days(settings):
        assert "has not confirmed in time" in own.get(page_of(license)).content.decode(), "before the worker comes"
        assert (handover_endings.end_due(), handover_endings.end_due()) == (1, 0)
        assert mails() == [(customer.email, "expired")]
        assert NEW in own.get("/ru/account/").content.decode()
        own.post(f"{page_of(license)}hand-over/", {"do": "keep"})
        assert NEW not in own.get("/account/").content.decode() + own.get(page_of(license)).content.decode()
        again = own.post(f"{page_of(license)}hand-over/", {"do": "keep"}, follow=True)
        assert "This offer is over" in again.content.decode()
    assert [each.code for each in license.events.all()][-3:] == [
        "handover_offered", "handover_expired", "handover_kept",
    ]  # fmt: skip


def test_who_keeps_a_late_offer_before_the_worker_comes_is_not_mailed(
    own: Client, license: License, settings: Any
) -> None:
    offer(license)
    with after_its_days(settings):
        own.post(f"{page_of(license)}hand-over/", {"do": "keep"})
        assert handover_endings.end_due() == 1
    assert mails() == []


def test_a_mail_that_comes_back_ends_the_offer_and_the_address_takes_no_other(
    own: Client, license: License, customer: Any
) -> None:
    offer(license)
    addresses.bounced(NEW, at=clock.now())
    assert handover_endings.end_due() == 1
    assert mails() == [(customer.email, "returned")]
    answer = own.post(f"{page_of(license)}hand-over/", {"do": "offer", "email": NEW})
    assert answer.status_code == 422 and "Mails to this address come back" in answer.content.decode()
    with pytest.raises(MailsComeBack):
        offer(license)


def test_refused_it_is_the_holders_to_decide(own: Client, license: License, stranger: Client) -> None:
    made = offer(license)
    handovers.refuse(offer=made)
    assert f"{NEW} has refused the license" in own.get("/account/").content.decode()
    assert stranger.post(f"{page_of(license)}hand-over/", {"do": "keep"}).status_code == 404
    with pytest.raises(OfferOver):
        handover_endings.keep(offer=made, holder=User.objects.get(email="stranger@example.com"))
    assert own.post(f"{page_of(license)}hand-over/", {"do": "offer", "email": NEW}).status_code == 302
    assert "has refused" not in own.get("/account/").content.decode()


def test_a_license_that_ended_is_taken_as_it_is_and_a_revoked_one_is_not(license: License, settings: Any) -> None:
    made = offer(license)
    License.objects.update(begins_by=None, valid_until=clock.now() - timedelta(days=1))
    assert "Whoever holds it can extend it" in Client().get(path(made)).content.decode()
    License.objects.update(status="revoked")
    over = Client().get(path(made))
    assert over.status_code == 410 and "ended meanwhile" in over.content.decode()
    with after_its_days(settings):
        assert handover_endings.end_due() == 1
    assert mails() == [], "there is nothing to decide"


def test_whoever_has_the_address_of_their_own_offer_by_now_keeps_the_license(
    own: Client, license: License, customer: Any
) -> None:
    made = offer(license)
    User.objects.filter(pk=customer.pk).update(email=NEW)
    assert own.post(path(made), {"do": "accept"}, follow=True).status_code == 410
    with pytest.raises(OwnAddress):
        handovers.accept(offer=made)
    assert fresh(license).customer == customer


def test_an_offer_to_an_erased_account_says_so(own: Client, license: License, settings: Any) -> None:
    offer(license)
    Handover.objects.update(email="")  # as an erasure leaves it
    with after_its_days(settings):
        assert handover_endings.end_due() == 1
        assert "offered to is erased" in own.get("/account/").content.decode()


def test_an_account_that_was_closed_since_reads_why_and_can_refuse(license: License, make_customer: Any) -> None:
    known = make_customer(NEW)
    made = offer(license)
    User.objects.filter(pk=known.pk).update(is_active=False)
    page = Client().get(path(made)).content.decode()
    assert "cannot hold licenses" in page and 'value="accept"' not in page and 'value="refuse"' in page
