"""Portals in zones of Bitrix24's cloud that the shop does not know yet: served, and staff is told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from checkout.models import PurchaseDetails
from storefront.licensing.bitrix24.addresses import change_address, report_unknown_zone
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from tests.checkout.building import order_by, put_in_cart
from tests.licensing.conftest import Portals

Buy = Callable[..., License]


def notes() -> list[str]:
    return sorted(OutboxMessage.objects.filter(key__startswith="unknown-zone").values_list("key", flat=True))


def test_order_for_a_portal_in_a_new_zone_is_taken_and_staff_is_told(client: Client, db: None, shop: Any) -> None:
    put_in_cart(client, shop.term())
    assert order_by(client, shop, bitrix24_address="https://acme.bitrix24.se/stream/").status_code == 302
    details = PurchaseDetails.objects.get()
    assert (details.portal_address, details.portal_kind) == ("acme.bitrix24.se", "cloud")
    assert notes() == ["unknown-zone:se:typed"]
    [message] = OutboxMessage.objects.filter(key="unknown-zone:se:typed")
    assert ".se is not among the zones" in str(message.payload)


def test_known_zones_and_own_domains_are_no_news(db: None) -> None:
    for host in ("acme.bitrix24.uz", "acme.bitrix24.com.br", "crm.acme.se", "portal.local", "127.0.0.1:8000"):
        report_unknown_zone(host, is_reported=True)
    assert notes() == []


def test_address_corrected_to_a_new_zone_is_told_once_per_zone(buy: Buy, customer: Any) -> None:
    license = buy(portal="acme.bitrix24.com")
    for name in ("acme", "acme2"):
        change_address(license=license, raw=f"{name}.bitrix24.no", actor=customer)
    license.refresh_from_db()
    assert license.portal_address == "acme2.bitrix24.no"
    assert notes() == ["unknown-zone:no:typed"]


def test_zone_that_the_authorization_server_names_exists(
    portals: Portals,
    product: Any,
    offline: list[str],
) -> None:
    portals.stand_in.install("acme", "yeastar-s")
    portals.stand_in.register_as("acme", "acme.bitrix24.ch")
    portals.open()
    portals.open()
    assert notes() == ["unknown-zone:ch:reported"]
