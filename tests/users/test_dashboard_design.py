"""The staff dashboard in the shop's hand: its own frame, what the shop uses, nothing from other hosts, accessible."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.voucher.models import Voucher

from cms.permissions import ensure_marketers
from cms.templatetags.back_office import nearest
from storefront.billing.services.settlement import settle
from storefront.core import clock
from tests import purchases

pytestmark = [
    pytest.mark.django_db,
    # Oscar lists its offers unordered.
    pytest.mark.filterwarnings("ignore::django.core.paginator.UnorderedObjectListWarning"),
]

#: Whatever a browser fetches or sends by itself; a link that a person may follow is none of it.
FETCHED = re.compile(r"""<(?!a\b)[^>]+(?:src|href|action|srcset|poster)=["']((?:https?:)?//[^"']+)""")
NAVIGATION = re.compile(r'<nav class="dash-nav".*?</nav>', re.DOTALL)
SERIOUS = {"serious", "critical"}


@pytest.fixture
def staff(make_customer: Any) -> Any:
    user = make_customer("staff@example.com")
    user.is_staff = user.is_superuser = True
    user.save()
    return user


@pytest.fixture
def staff_client(client: Client, staff: Any) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def trade(shop: Any, customer: Any) -> Any:
    """An unpaid order, an offer and a voucher; returns the order."""
    everything = Range.objects.create(name="All", includes_all_products=True)
    offer = ConditionalOffer.objects.create(
        name="Ten percent",
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=10),
    )
    voucher = Voucher.objects.create(name="Ten", code="TEN", start_datetime=clock.now(), end_datetime=clock.now())
    voucher.offers.add(offer)
    return purchases.order(customer, shop).order


def menu_of(client: Client) -> list[str]:
    [navigation] = NAVIGATION.findall(client.get("/dashboard/").content.decode())
    return re.findall(r'href="([^"]+)"', navigation)


def test_every_page_of_the_menu_opens_in_our_frame_and_names_no_other_host(staff_client: Client, trade: Any) -> None:
    addresses = menu_of(staff_client)
    assert len(addresses) > 9
    for address in addresses:
        response = staff_client.get(address)
        body = response.content.decode()
        assert response.status_code == 200, address
        assert FETCHED.findall(body) == [], address
        if address.startswith("/dashboard/"):
            assert f'href="{address}" aria-current="page"' in body, address
            assert "css/dashboard.css" in body
            assert "oupon" not in body, address


def test_order_tells_of_its_invoice_and_is_cancelled_by_one_button(staff_client: Client, trade: Any) -> None:
    path = reverse("dashboard:order-detail", args=[trade.number])
    body = staff_client.get(path).content.decode()
    invoice = trade.invoices.get()
    assert invoice.number in body and "Nobody has tried to pay it yet" in body
    assert re.findall(r'name="new_status" value="([^"]+)"', body) == ["Cancelled"]
    staff_client.post(path, {"order_action": "change_order_status", "new_status": "Cancelled"})
    invoice.refresh_from_db()
    assert invoice.status == "void"
    assert 'name="new_status"' not in staff_client.get(path).content.decode()


def test_order_says_of_a_disputed_payment_what_is_to_be_done_until_when(
    staff_client: Client, trade: Any, stripe: Any
) -> None:
    payment = purchases.pay(trade.invoices.get(), stripe)
    stripe.dispute(payment.provider_reference)
    settle(attempt_id=payment.pk, look_for_disputes=True)
    body = staff_client.get(reverse("dashboard:order-detail", args=[trade.number])).content.decode()
    (dispute,) = payment.payment.disputes.all()
    assert "Disputed: evidence is wanted" in body and "Send evidence until" in body
    assert f'href="{dispute.page}"' in body and dispute.reference in body


def test_customer_page_lists_orders_and_invoices(staff_client: Client, trade: Any, customer: Any) -> None:
    body = staff_client.get(reverse("dashboard:user-detail", args=[customer.pk])).content.decode()
    assert trade.number in body and trade.invoices.get().number in body


def test_product_is_changed_in_the_editor_only(staff_client: Client, shop: Any) -> None:
    body = staff_client.get(reverse("dashboard:catalogue-product", args=[shop.software.product.pk])).content.decode()
    assert "price" not in re.findall(r'name="([^"]+)"', body)
    assert "/admin/snippets/plans/softwareproduct/" in body


def test_menu_leads_only_where_one_may_go(client: Client, make_customer: Any, shop: Any) -> None:
    seller = make_customer("seller@example.com")
    seller.is_staff = True
    seller.save()
    seller.user_permissions.add(*Permission.objects.filter(content_type__app_label="order"))
    client.force_login(seller)
    addresses = menu_of(client)
    assert "/dashboard/orders/" in addresses
    assert not [address for address in addresses if address.startswith("/admin/")]


def test_deepest_page_of_the_menu_is_the_current_one() -> None:
    addresses = ["/dashboard/", "/dashboard/orders/", "/dashboard/orders/statistics/"]
    assert nearest("/dashboard/", addresses) == "/dashboard/"
    assert nearest("/dashboard/orders/SO-1/", addresses) == "/dashboard/orders/"
    assert nearest("/dashboard/orders/statistics/", addresses) == "/dashboard/orders/statistics/"
    assert nearest("/dashboard/partners/", addresses) == ""


def test_editor_has_the_shops_name_colours_and_ways_to_what_one_may_do(
    client: Client, make_customer: Any, shop: Any, settings: Any
) -> None:
    marketer = make_customer("marketer@example.com")
    marketer.groups.add(ensure_marketers())
    client.force_login(marketer)
    body = client.get("/admin/").content.decode()
    assert f"Welcome to {settings.SHOP_NAME}" in body and f"- {settings.SHOP_NAME}</title>" in body
    assert "css/wagtail_admin.css" in body and "img/favicon.svg" in body
    assert reverse("wagtailsnippets_plans_softwareproduct:list") in body
    assert "/dashboard/" not in body


@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
def test_pages_are_accessible_fit_and_have_no_script_errors(
    new_context: Any, live_server: Any, trade: Any, staff_client: Client
) -> None:
    address = live_server.url
    context = new_context()
    context.add_cookies([{"name": "sessionid", "value": staff_client.cookies["sessionid"].value, "url": address}])
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda request: trouble.append(request.url) if not request.url.startswith(address) else None)
    offer = ConditionalOffer.objects.get()
    for path in (
        "/dashboard/",
        "/dashboard/orders/",
        reverse("dashboard:order-detail", args=[trade.number]),
        reverse("dashboard:user-detail", args=[trade.user_id]),
        reverse("dashboard:voucher-create"),
        reverse("dashboard:offer-benefit", args=[offer.pk]),
        reverse("dashboard:range-list"),
    ):
        page.goto(address + path)
        for scheme, width in (("light", 1440), ("dark", 390)):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
            found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
            assert [rule["id"] for rule in found if rule["impact"] in SERIOUS] == [], (path, scheme)
        assert trouble == [], path
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Voucher codes").click()
    page.wait_for_url("**/dashboard/vouchers/")
