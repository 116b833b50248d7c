"""Publishing prices to Oscar: the only writer of child products, stock records, plan prices and published prices.

Basket, vouchers, Oscar's offers, reports and search read plain Oscar products and compute no price of their own. What a
price is, ``price_calculation`` decides.
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import translation
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.plans import price_inputs, products, published_prices
from catalogue.plans.models import Discount, Plan, PlanPrice, SoftwareProduct, months_label
from catalogue.plans.price_calculation import Price, Quote, per_month
from storefront.core import clock, content_version, money

UPC_LENGTH = 64

logger = logging.getLogger(__name__)


class ZeroPriceError(ValueError):
    """A price rounds to zero. Nothing was published; forms refuse it beforehand."""


@dataclass(slots=True)
class _Published:
    """What is published of a product so far: prices by plan, months and currency, stock records by child, and children
    whose plan is gone. ``first``: the primary key of the first price of a plan for so many months."""

    prices: dict[tuple[int, int, str], PlanPrice] = field(default_factory=dict)
    first: dict[tuple[int, int], int] = field(default_factory=dict)
    records: dict[int, StockRecord] = field(default_factory=dict)
    orphans: list[Product] = field(default_factory=list)


def lock(software_id: int) -> list[SoftwareProduct]:
    """Lock one product against other publishers until the transaction ends; [] if it is gone."""
    return _lock(SoftwareProduct.objects.filter(pk=software_id))


def lock_all() -> list[SoftwareProduct]:
    """Lock all products, always in the same order.

    Code that changes plans, periods or discounts locks the products first and those rows afterwards, as the worker
    does; so the two cannot deadlock.
    """
    return _lock(SoftwareProduct.objects.all())


def _lock(rows: models.QuerySet[SoftwareProduct]) -> list[SoftwareProduct]:
    # NO KEY: rows that only refer to the product (a license, an order line) may be written meanwhile.
    locked = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    # Read again: after waiting for the lock, the join would still return the Oscar product as it was before.
    return list(SoftwareProduct.objects.filter(pk__in=locked).select_related("product").order_by("pk"))


@transaction.atomic
def publish(software: SoftwareProduct) -> None:
    """Bring the Oscar children, stock records, plan prices and published prices of a product in line with its plans,
    periods and the discounts in force now.

    Idempotent: writes only what differs. Plans and periods no longer on sale leave their children behind, not public;
    nothing ever published is deleted. Raises ZeroPriceError.
    """
    # The clock is read under the lock: after waiting for it, an earlier time would publish outdated prices.
    _publish(lock(software.pk), clock.now())


@transaction.atomic
def publish_all(*, withdraw_zero_prices: bool = False) -> int:
    """Publish every product as of one moment and mark the discounts that prices now include. Returns the number of
    products. A fixed number of reads, however many products.

    Raises ZeroPriceError unless ``withdraw_zero_prices``: then such a price is only taken off sale, so that one row
    changed outside the forms does not keep all other products at outdated prices.
    """
    locked = lock_all()
    at = clock.now()
    in_force = list(Discount.objects.in_force(at).values_list("pk", flat=True))
    _publish(locked, at, withdraw_zero_prices=withdraw_zero_prices)
    # Not save(): that would publish again.
    Discount.objects.filter(is_applied=True).exclude(pk__in=in_force).update(is_applied=False)
    Discount.objects.filter(is_applied=False, pk__in=in_force).update(is_applied=True)
    return len(locked)


def upc_of(slug: str, plan_code: str, months: int, currency: str = "") -> str:
    """``<product slug>-<plan code>-<months>m``, and the currency if one is given; one longer than Oscar's 64 characters
    ends in a hash instead."""
    upc = f"{slug}-{plan_code}-{months}m" + f"-{currency.lower()}" * bool(currency)
    if len(upc) <= UPC_LENGTH:
        return upc
    digest = hashlib.sha256(upc.encode()).hexdigest()[:12]
    return f"{upc[: UPC_LENGTH - 13]}-{digest}"


def _publish(locked: list[SoftwareProduct], at: datetime, *, withdraw_zero_prices: bool = False) -> None:
    published = _published(locked)
    for inputs in price_inputs.read(locked, at):
        quotes = inputs.quotes(at)
        zero = [quote for quote in quotes if quote.price.is_zero]
        if zero and not withdraw_zero_prices:
            raise ZeroPriceError(f"{inputs.software} / {zero[0].plan} / {zero[0].period} / {zero[0].currency}")
        for quote in zero:
            which = (inputs.software, quote.plan, quote.period, quote.currency)
            logger.error("%s / %s / %s would cost nothing: not on sale in %s", *which)
        payable = [quote for quote in quotes if not quote.price.is_zero]
        _publish_product(inputs.software, payable, published[inputs.software.pk])


def _published(locked: list[SoftwareProduct]) -> dict[int, _Published]:
    """By product. Three queries."""
    published: dict[int, _Published] = defaultdict(_Published)
    owners = {software.product_id: software.pk for software in locked}
    for price in PlanPrice.objects.filter(plan__software__in=locked).select_related("product", "plan").order_by("pk"):
        found = published[price.plan.software_id]
        found.prices[price.plan_id, price.months, price.currency] = price
        found.first.setdefault((price.plan_id, price.months), price.pk)
    for record in StockRecord.objects.filter(product__parent__in=owners).select_related("product").order_by("-pk"):
        published[owners[record.product.parent_id]].records[record.product_id] = record
    for child in Product.objects.filter(parent__in=owners, plan_price=None):
        published[owners[child.parent_id]].orphans.append(child)
    return published


def _publish_product(software: SoftwareProduct, quotes: list[Quote], before: _Published) -> None:
    on_sale: dict[Plan, list[PlanPrice]] = {}
    ends: dict[int, datetime] = {}
    for quote in quotes:
        price = _publish_price(software, quote, before)
        on_sale.setdefault(quote.plan, []).append(price)
        if quote.discount.ends_at:
            ends[price.months] = quote.discount.ends_at
    for price in before.prices.values():  # those that _publish_price has not taken out
        _save_changes(price, {"is_active": False})
        _save_changes(price.product, {"is_public": False})
    for child in before.orphans:
        _drop(child)
    _write_published_prices(software, on_sale if software.product.is_public else {}, ends)


def _write_published_prices(
    software: SoftwareProduct, on_sale: dict[Plan, list[PlanPrice]], ends: dict[int, datetime]
) -> None:
    currency, lowest = settings.SHOP_CURRENCY, _lowest(on_sale)
    values = {
        "published_prices": published_prices.dump(on_sale, ends),
        "lowest_monthly_amount": lowest.pop(currency, None),
        "lowest_in_others": {code: money.plain(amount, code) for code, amount in lowest.items()},
        "currency": currency,
    }
    if any(getattr(software, name) != value for name, value in values.items()):
        # Not save(): that would publish again.
        SoftwareProduct.objects.filter(pk=software.pk).update(**values)
        content_version.raise_after_commit()


def _lowest(on_sale: dict[Plan, list[PlanPrice]]) -> dict[str, Decimal]:
    """The lowest price per month by currency."""
    lowest: dict[str, Decimal] = {}
    for price in (price for prices in on_sale.values() for price in prices):
        monthly = per_month(price.amount, price.months, price.currency)
        lowest[price.currency] = min(monthly, lowest.get(price.currency, monthly))
    return lowest


def _publish_price(software: SoftwareProduct, quote: Quote, before: _Published) -> PlanPrice:
    plan, months, currency = quote.plan, quote.period.months, quote.currency
    price = before.prices.pop((plan.pk, months, currency), None)
    # The first price keeps the number it had when it was the only one, whatever SHOP_CURRENCY becomes.
    first = before.first.get((plan.pk, months))
    named_currency = "" if first is None or (price is not None and price.pk == first) else currency
    child = _publish_child(software.product, quote, named_currency, price.product if price else None)
    _publish_stock_record(child, quote.price, currency, before.records.get(child.pk))
    values = {
        "period_id": quote.period.pk,
        "discount_percent": quote.discount.percent,
        "list_amount": quote.price.list_amount,
        "amount": quote.price.amount,
        "currency": currency,
        "is_active": True,
    }
    if price is None:
        price = PlanPrice.objects.create(plan=plan, months=months, product=child, **values)
        before.first.setdefault((plan.pk, months), price.pk)
    else:
        _save_changes(price, values)
    return price


def _publish_child(parent: Product, quote: Quote, named_currency: str, child: Product | None) -> Product:
    """``named_currency``: the one in its article number, "" for the first price of the plan and period."""
    upc = upc_of(parent.slug, quote.plan.code, quote.period.months, named_currency)
    with translation.override(settings.LANGUAGE_CODE):
        suffix = f" – {quote.plan.name}, {months_label(quote.period.months)}"
    values = {
        "title": parent.title[: 255 - len(suffix)] + suffix,
        "slug": upc,
        "upc": upc,
        "is_public": parent.is_public,
    }
    if child is None:
        return Product.objects.create(structure=Product.CHILD, parent=parent, **values)
    _save_changes(child, values)
    return child


def _publish_stock_record(child: Product, price: Price, currency: str, record: StockRecord | None) -> None:
    values = {"partner_sku": child.upc, "price": price.amount, "price_currency": currency}
    if record is None:
        StockRecord.objects.create(product=child, partner=products.partner(), **values)
    else:
        _save_changes(record, values)


def _drop(child: Product) -> None:
    """Delete a child whose plan was deleted; one that was ordered is kept for the orders that refer to it."""
    if products.is_sold(child):
        _save_changes(child, {"is_public": False})
    else:
        child.delete()


def _save_changes(instance: models.Model, values: dict[str, Any]) -> None:
    """Write only what differs, nothing if nothing does."""
    changed = {name: value for name, value in values.items() if getattr(instance, name) != value}
    for name, value in changed.items():
        setattr(instance, name, value)
    if changed:
        instance.save()
