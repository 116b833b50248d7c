"""What must always be true of products and prices. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product  # type: ignore[attr-defined]
from catalogue.plans import price_inputs, publishing
from catalogue.plans.models import Discount, PlanPrice, SoftwareProduct
from storefront.core import clock
from storefront.core.audit import Finding


def checks() -> Iterator[Finding]:
    """A cart charges what ``publishing.publish`` would write now, and only what it wrote can be bought."""
    with transaction.atomic():
        locked = publishing.lock_all()  # nobody publishes while the two are compared
        findings = [*_foreign_products(), *_wrong_records(), *_outdated_prices(locked), *_discounts_of_nothing()]
    yield from findings


def _foreign_products() -> Iterator[Finding]:
    """Public products that something else made. Children of a deleted plan stay, not public."""
    public = Product.objects.filter(is_public=True)
    for product in public.filter(plan_price=None).exclude(structure=Product.PARENT):
        yield Finding("product-without-plan-price", str(product), f"id {product.pk}")
    for product in public.filter(structure=Product.PARENT, software=None):
        yield Finding("parent-without-software", str(product), f"id {product.pk}")


def _wrong_records() -> Iterator[Finding]:
    """Stock records that differ from their plan price, exist twice or not at all, or belong to none."""
    seen: set[int] = set()
    records = StockRecord.objects.select_related("product__plan_price").order_by("pk")
    for record in records.exclude(product__plan_price=None).iterator(chunk_size=500):
        price = record.product.plan_price
        if record.product_id in seen:
            yield Finding("price-twice", record.partner_sku, f"stock record {record.pk}")
        seen.add(record.product_id)
        if (record.price, record.price_currency) != (price.amount, price.currency):
            figures = f"{record.price} {record.price_currency} instead of {price.amount} {price.currency}"
            yield Finding("price-not-published", record.partner_sku, figures)
    for record in records.filter(product__plan_price=None, product__is_public=True):
        yield Finding("record-without-plan-price", record.partner_sku, f"stock record {record.pk}")
    for price in PlanPrice.objects.filter(is_active=True).exclude(product__in=seen):
        yield Finding("plan-price-without-record", str(price), f"plan price {price.pk}")


def _outdated_prices(locked: list[SoftwareProduct]) -> Iterator[Finding]:
    """Plan prices that differ from what plan, period and discount make at this moment."""
    now = clock.now()
    if Discount.objects.due(now).exists():
        return  # a discount has just begun or ended: the worker is about to publish
    rows = PlanPrice.objects.select_related("plan", "product")
    prices = {(price.plan_id, price.months, price.currency): price for price in rows}
    for inputs in price_inputs.read(locked, now):
        for quote in inputs.quotes(now):
            price = prices.pop((quote.plan.pk, quote.period.months, quote.currency), None)
            expected = (quote.price.amount, quote.price.list_amount)
            if quote.price.is_zero:
                yield Finding(
                    "price-of-nothing", f"{quote.plan} / {quote.period.months}", f"not on sale in {quote.currency}"
                )
                yield from _still_on_sale(price)
            elif price is None or not price.is_active:
                yield Finding("price-missing", f"{quote.plan} / {quote.period.months}", quote.currency)
            elif (price.amount, price.list_amount) != expected:
                figures = f"{price.amount} instead of {quote.price.amount} {quote.currency}"
                yield Finding("price-out-of-date", str(price), figures)
    for price in prices.values():
        yield from _still_on_sale(price)


def _discounts_of_nothing() -> Iterator[Finding]:
    """Discounts that are not over and name products that are gone: whoever deletes a product takes it out of them."""
    existing = set(SoftwareProduct.objects.values_list("pk", flat=True))
    for discount in Discount.objects.not_over(clock.now()):
        gone = set(discount.product_ids) - existing
        if gone:
            some = "all" if gone == set(discount.product_ids) else "some"
            yield Finding("discount-of-nothing", str(discount.pk), f"{some} of its products are gone: {sorted(gone)}")


def _still_on_sale(price: PlanPrice | None) -> Iterator[Finding]:
    if price is not None and (price.is_active or price.product.is_public):
        yield Finding("withdrawn-but-on-sale", str(price), f"plan price {price.pk}")
