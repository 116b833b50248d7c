"""What the tests of cart and checkout put together."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.test import Client
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.voucher.models import Voucher

from checkout.cart.operations import add_line
from checkout.models import CheckoutReminder
from checkout.reminders import services as reminders
from storefront.billing.models import Seller, TaxRate
from storefront.billing.tax import shipped_rates
from storefront.core import clock
from storefront.licensing.models import License, LicensePeriod

PORTAL = "acme.bitrix24.com"
#: Of a company in Germany: contact and payer.
PAYER = {
    "kind": "company", "company": "Acme GmbH", "country": "DE", "address": "Lindenstr. 5", "city": "Berlin",
    "postcode": "10115",
}  # fmt: skip
TYPED = {"name": "Grace New", "phone": "+49 30 1234567", "email": "grace@example.com", **PAYER}


def put_in_cart(client: Client, term: Any, quantity: int = 1) -> Line:
    """Buy one term as the product page does; returns the newest line."""
    response = client.post("/basket/add/", {"term": term.pk, "quantity": quantity})
    assert response.status_code == 302
    return Line.objects.latest("pk")


def charge_vat(**fields: Any) -> Seller:
    """The seller is in Germany, in the One Stop Shop, and charges VAT by the EU's rates."""
    TaxRate.objects.all().delete()
    shipped_rates.load(TaxRate)
    Seller.objects.update(**{"tax_regime": "vat", "country": "DE", "vat_id": "DE136695976", "uses_oss": True, **fields})
    return Seller.objects.get()


def text(response: Any) -> str:
    """What a page says, in one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def filled(shop: Any, **fields: Any) -> dict[str, Any]:
    """The checkout form as a buyer fills it."""
    boxes = {f"agreement-{shop.agreement.pk}": "on", "early_start": "on"}  # the second is asked of some buyers only
    return {**TYPED, "bitrix24_address": PORTAL, **boxes, **fields}


def seal_on(html: str) -> str:
    """The hidden field of a checkout page."""
    start = html.index('name="shown" value="') + len('name="shown" value="')
    return html[start : html.index('"', start)]


def order_by(client: Client, shop: Any, **fields: Any) -> Any:
    """Open the checkout and send it, filled in; returns the answer."""
    page = client.get("/checkout/")
    assert page.status_code == 200, page
    return client.post("/checkout/", filled(shop, shown=seal_on(page.content.decode()), **fields))


def make_voucher(
    code: str = "SPRING", *, percent: str = "10", usage: str = Voucher.MULTI_USE, limit: int | None = None
) -> Voucher:
    """A voucher for ``percent`` off everything; ``limit``: how many times its offer may be used in all."""
    everything, _ = Range.objects.get_or_create(name="Everything", defaults={"includes_all_products": True})
    offer = ConditionalOffer.objects.create(
        name=f"Offer of {code}",
        offer_type=ConditionalOffer.VOUCHER,
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=Decimal(1)),
        benefit=Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=Decimal(percent)),
        max_global_applications=limit,
    )
    now = clock.now()
    voucher = Voucher.objects.create(
        name=f"Voucher {code}",
        code=code,
        usage=usage,
        start_datetime=now - timedelta(days=1),
        end_datetime=now + timedelta(days=30),
    )
    voucher.offers.add(offer)
    return voucher


def make_license(customer: Any, term: Any, *, portal: str = PORTAL, **fields: Any) -> License:
    """A license bought before: one term that runs now."""
    now = clock.now()
    license = License.objects.create(
        customer=customer,
        software=term.plan.software,
        plan=term.plan,
        product_title=term.plan.software.product.title,
        plan_name=term.plan.name,
        binding_kind="portal",
        portal_address=portal,
        starts_at=now,
        valid_until=now + timedelta(days=20),
        anchor_at=now,
        months=term.months,
        **fields,
    )
    LicensePeriod.objects.create(
        license=license,
        plan=term.plan,
        plan_name=term.plan.name,
        months=term.months,
        starts_at=now,
        ends_at=now + timedelta(days=20),
        anchor_at=now,
        anchor_months=term.months,
        begun_at=now,
        amount=term.amount,
        currency=term.currency,
    )
    return license


def cart_lines(basket: Basket | None = None) -> list[tuple[str, int, int]]:
    """What open carts hold: plan code, months, quantity."""
    lines = Line.objects.filter(basket__status=Basket.OPEN).order_by("pk")
    if basket is not None:
        lines = lines.filter(basket=basket)
    return [
        (line.product.plan_price.plan.code, line.product.plan_price.months, line.quantity)
        for line in lines.select_related("product__plan_price__plan")
    ]


def left_cart(term: Any) -> CheckoutReminder:
    """A visitor's cart with one term in it, to which they wanted a link."""
    basket = Basket.objects.create()
    add_line(basket=basket, price_id=term.pk, quantity=1)
    draft = {"fields": {**TYPED, "bitrix24_address": PORTAL}, "ticks": {}, "remind": True}
    reminders.request_reminder(basket=basket, email=TYPED["email"], draft=draft, language="en")
    return CheckoutReminder.objects.get(basket=basket)
