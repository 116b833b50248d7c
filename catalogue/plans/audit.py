"""The rules of what is sold, and for how much. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product  # type: ignore[attr-defined]
from catalogue.plans import price_inputs, publishing, schedule
from catalogue.plans.models import PlanPrice, SoftwareProduct
from storefront.core import clock
from storefront.core.audit import Finding


def checks() -> Iterator[Finding]:
    """What a cart charges is what ``publishing.publish`` would write now, and only what it wrote can be bought."""
    with transaction.atomic():
        held = publishing.lock_all()  # nobody publishes while both sides are compared
        found = [*_strange_products(), *_strange_records(), *_wrong_prices(held)]
    yield from found


def _strange_products() -> Iterator[Finding]:
    """Products that can be bought and were made by something else. What was sold of a license type that is gone
    stays, not public."""
    public = Product.objects.filter(is_public=True)
    for product in public.filter(plan_price=None).exclude(structure=Product.PARENT):
        yield Finding("product-without-term", str(product), f"id {product.pk}")
    for product in public.filter(structure=Product.PARENT, software=None):
        yield Finding("parent-without-software", str(product), f"id {product.pk}")


def _strange_records() -> Iterator[Finding]:
    """Prices in Oscar that differ from their term, are there twice or not at all, or belong to no term."""
    seen: set[int] = set()
    records = StockRecord.objects.select_related("product__plan_price").order_by("pk")
    for record in records.exclude(product__plan_price=None).iterator(chunk_size=500):
        term = record.product.plan_price
        if record.product_id in seen:
            yield Finding("price-twice", record.partner_sku, f"stock record {record.pk}")
        seen.add(record.product_id)
        if (record.price, record.price_currency) != (term.amount, term.currency):
            figures = f"{record.price} {record.price_currency} instead of {term.amount} {term.currency}"
            yield Finding("price-not-published", record.partner_sku, figures)
    for record in records.filter(product__plan_price=None, product__is_public=True):
        yield Finding("price-without-term", record.partner_sku, f"stock record {record.pk}")
    for term in PlanPrice.objects.filter(is_active=True).exclude(product__in=seen):
        yield Finding("term-without-price", str(term), f"term {term.pk}")


def _wrong_prices(held: list[SoftwareProduct]) -> Iterator[Finding]:
    """Each term against the price that its plan, period and discount make at this moment."""
    if schedule.due().exists():
        return  # a discount has just begun or ended: the worker is about to publish
    now, currency = clock.now(), settings.SHOP_CURRENCY
    terms = {(term.plan_id, term.months): term for term in PlanPrice.objects.select_related("plan", "product")}
    for inputs in price_inputs.read(held, now):
        for quote in inputs.quotes(now):
            term = terms.pop((quote.plan.pk, quote.period.months), None)
            wanted = (quote.price.amount, quote.price.list_amount, currency)
            if quote.price.is_zero:
                yield Finding("price-of-nothing", f"{quote.plan} / {quote.period.months}", "not on sale")
                if term is not None and (term.is_active or term.product.is_public):
                    yield Finding("withdrawn-but-on-sale", str(term), f"term {term.pk}")
            elif term is None or not term.is_active:
                yield Finding("price-missing", f"{quote.plan} / {quote.period.months}")
            elif (term.amount, term.list_amount, term.currency) != wanted:
                figures = f"{term.amount} {term.currency} instead of {quote.price.amount} {currency}"
                yield Finding("price-out-of-date", str(term), figures)
    for term in terms.values():
        if term.is_active or term.product.is_public:
            yield Finding("withdrawn-but-on-sale", str(term), f"term {term.pk}")
