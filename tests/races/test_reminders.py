"""The mail for an unfinished cart and the order, at the same moment: whoever has ordered is not mailed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from oscar.apps.basket.models import Line
from oscar.apps.order.models import Order

from checkout.models import CheckoutReminder
from checkout.reminders import sending
from checkout.reminders import services as reminders
from storefront.core import clock
from storefront.notifications import outbox
from storefront.notifications.models import OutboxMessage
from tests.checkout.building import TYPED, filled, put_in_cart, seal_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.THROTTLES = dict.fromkeys(settings.THROTTLES, "10000/minute")


def left(shop: Any) -> tuple[Client, dict[str, Any]]:
    """A cart left at the checkout long enough for the mail; and the form as it still stands on the screen."""
    client = Client()
    put_in_cart(client, shop.term())
    form = filled(shop, shown=seal_on(client.get("/checkout/").content.decode()), remind="on")
    client.post("/checkout/draft/", form)
    long_ago = clock.now() - timedelta(hours=5)
    CheckoutReminder.objects.update(changed_at=long_ago)
    Line.objects.update(date_updated=long_ago)
    return client, form


def posting(client: Client, path: str, form: dict[str, Any]) -> Callable[[], Any]:
    """The post by a window of its own with the visitor's cookies."""
    window = Client()
    window.cookies = client.cookies.copy()
    return lambda: window.post(path, form)


def about_the_cart() -> list[Any]:
    outbox.deliver_due()
    return [letter for letter in mail.outbox if "still there" in letter.subject]


def order_elsewhere_while_the_mail_is_handed_over(shop: Any, race: Any) -> None:
    left(shop)
    elsewhere, form = left(shop)
    CheckoutReminder.objects.order_by("-pk")[:1].get().delete()
    race(posting(elsewhere, "/checkout/", form), *[sending.send_due] * 3)
    assert Order.objects.get().user.email == TYPED["email"]


def test_who_orders_while_the_mail_is_handed_over_gets_none(shop: Any, race: Any) -> None:
    order_elsewhere_while_the_mail_is_handed_over(shop, race)
    assert about_the_cart() == [] and not CheckoutReminder.objects.exists()


def test_control_while_the_order_forgets_no_wish_its_buyer_is_mailed(
    shop: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reminders, "cancel_for_order", lambda **kwargs: None)
    order_elsewhere_while_the_mail_is_handed_over(shop, race)
    assert len(about_the_cart()) == 1


def test_workers_at_once_hand_one_mail_over(shop: Any, race: Any) -> None:
    left(shop)
    assert sum(race(sending.send_due, copies=8)) == 1
    assert OutboxMessage.objects.filter(kind=sending.KIND).count() == 1
