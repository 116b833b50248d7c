"""The demo customer's past: made through the shop's own services against the stand-ins, as if he had bought here."""

from __future__ import annotations

from functools import partial
from typing import Any

import requests
from oscar.apps.order.models import Order

from cms.demo import orders, people, stand_ins
from cms.demo.past import days_ago
from cms.demo.purchases import order, pay
from storefront.gateways.bitrix24 import parse_launch
from storefront.licensing.bitrix24 import verification
from storefront.licensing.bitrix24.installations import Keys
from storefront.licensing.bitrix24.visits import record_visit
from storefront.licensing.models import Installation
from storefront.users.models import User

PORTAL = "acme"
#: Product, license type, months, days ago.
BOUGHT = (("asterisk", "callcentre", 12, 95), ("telegram", "team", 1, 24))


def load_history() -> bool:
    """A year bought in summer, a month that ends within days, both linked to a portal; an order not paid yet. And
    what others bought meanwhile, see ``orders``.

    Returns False, and changes nothing, if the stand-ins are not running. What is there is left alone, so that an
    interrupted run can be repeated.
    """
    customer = User.objects.get(email=people.CUSTOMER)
    is_own_complete = Order.objects.filter(user=customer).count() >= len(BOUGHT) + 1
    if is_own_complete and orders.is_loaded():
        return True
    try:
        portal = next(each for each in stand_ins.portals() if each["name"] == PORTAL)
    except (stand_ins.NotRunning, requests.ConnectionError):
        return False
    own = [] if is_own_complete else _own_steps(customer, portal["host"])
    with orders.quietly():
        # The oldest first, so that the numbers of the invoices grow with their dates.
        for _days, step in sorted([*own, *orders.steps()], key=lambda each: -each[0]):
            step()
    orders.count_visits()
    return True


def _own_steps(customer: User, host: str) -> list[orders.Step]:
    steps: list[orders.Step] = [
        (days, partial(_buy, customer, product, plan, months, days, host)) for product, plan, months, days in BOUGHT
    ]
    return [*steps, (2, partial(order, customer, "whatsapp", "team", 3, 2, host))]


def _buy(customer: User, product: str, plan: str, months: int, days: int, host: str) -> None:
    pay(order(customer, product, plan, months, days, host), days)
    _install(product, days)


def follow_portals() -> None:
    """The stand-ins may listen on other ports than in the run before: where a portal has moved, its administrator opens
    each application once, and the shop learns the new address. Does nothing where no stand-ins run."""
    try:
        portals = stand_ins.portals()
    except (stand_ins.NotRunning, requests.ConnectionError):
        return
    for portal in portals:
        moved = Installation.objects.filter(member_id=portal["member_id"]).exclude(host=portal["host"])
        for installation in moved.filter(is_installed=True, app_code__in=portal["apps"]):
            _record(stand_ins.open_app(portal["name"], installation.app_code), 0, is_installed=False)


def _install(app_code: str, days: int) -> None:
    """The application is installed in the portal and opened by its administrator: the license finds it."""
    _record(stand_ins.install(PORTAL, app_code), days, is_installed=True)


def _record(posted: dict[str, Any], days: int, *, is_installed: bool) -> None:
    """What the shop does when an application is opened: ``posted`` is what the portal sends.

    The stand-in's tokens live today; what came of the visit is written down as if it had been that many days ago.
    """
    launch = parse_launch(posted["query"], posted["form"])
    visit = verification.verify(
        access_token=launch.access_token,
        member_id=launch.member_id,
        server_endpoint=launch.server_endpoint,
        is_fresh=True,
    )
    keys = Keys(
        role=visit.role,
        user_id=visit.user_id,
        access_token=launch.access_token,
        refresh_token=launch.refresh_token,
        expires_at=visit.expires_at,
        application_token=launch.application_token,
    )
    with days_ago(days):
        record_visit(visit, keys, is_installed=is_installed)
