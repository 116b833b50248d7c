"""Prices published to Oscar. The one writer of child products, stock records, terms and offers.

Basket, vouchers, offers, reports and search read plain Oscar products; nothing else computes a price (what they are
is worked out in ``quotes``).
"""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import translation
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.plans import discounts, price_inputs, products, published_prices
from catalogue.plans.models import Discount, Plan, PlanPrice, SoftwareProduct, months_label
from catalogue.plans.price_calculation import Price, Quote, per_month, price_of
from catalogue.plans.price_inputs import PriceInputs
from storefront.core import clock, content_version

__all__ = ["Price", "lock", "lock_all", "per_month", "price_of", "publish", "publish_all", "upc_of"]

UPC_LENGTH = 64

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Published:
    """What was published of a product before: terms by plan and months, stock records by child."""

    prices: dict[tuple[int, int], PlanPrice] = field(default_factory=dict)
    records: dict[int, StockRecord] = field(default_factory=dict)
    orphans: list[Product] = field(default_factory=list)


def lock(software_id: int) -> list[SoftwareProduct]:
    """Lock one product against other publishers until the transaction ends; [] if it is gone."""
    return _lock(SoftwareProduct.objects.filter(pk=software_id))


def lock_all() -> list[SoftwareProduct]:
    """Lock all products, always in the same order. Whoever changes what prices are made of (plans, periods,
    discounts) locks the products first and those rows after, as the worker does: so no two wait for each other."""
    return _lock(SoftwareProduct.objects.all())


def _lock(wanted: models.QuerySet[SoftwareProduct]) -> list[SoftwareProduct]:
    # NO KEY: a row that only names the product (a license, an order line) may be written meanwhile.
    locked = list(wanted.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    # Read anew: who had to wait would see the Oscar product as it was before.
    return list(SoftwareProduct.objects.filter(pk__in=locked).select_related("product").order_by("pk"))


@transaction.atomic
def publish(software: SoftwareProduct) -> None:
    """Bring the Oscar children, stock records, terms and offer of a product in line with its plans, periods and the
    discounts in force now.

    Safe to repeat: what is right already is not written. Plans and periods that are no longer on sale leave
    their children behind, not public; nothing that was ever published is deleted. Raises ZeroPriceError.
    """
    # What time it is is asked under the lock: whoever waited for it must not publish the prices of before.
    _publish(lock(software.pk), clock.now())


@transaction.atomic
def publish_all(*, withdraw_zero_prices: bool = False) -> int:
    """Publish every product as of one moment, and note at each discount whether prices know it. Returns how many
    products. Reads are a fixed number, whatever the number of products.

    Raises ZeroPriceError, unless ``withdraw_zero_prices``: then such a price is only taken off sale, so that one row
    changed past the forms does not keep all other products at yesterday's prices.
    """
    held = lock_all()
    at = clock.now()
    known = list(discounts.in_force(at).values_list("pk", flat=True))
    _publish(held, at, withdraw_zero_prices=withdraw_zero_prices)
    # Not save(): that would publish again.
    Discount.objects.filter(is_applied=True).exclude(pk__in=known).update(is_applied=False)
    Discount.objects.filter(is_applied=False, pk__in=known).update(is_applied=True)
    return len(held)


def _publish(held: list[SoftwareProduct], at: datetime, *, withdraw_zero_prices: bool = False) -> None:
    published = _published(held)
    for inputs in price_inputs.read(held, at):
        quotes = list(inputs.quotes(at))
        worthless = [quote for quote in quotes if quote.price.is_zero]
        if worthless and not withdraw_zero_prices:
            raise ZeroPriceError(f"{inputs.software} / {worthless[0].plan} / {worthless[0].period}")
        for quote in worthless:
            logger.error("%s / %s / %s would cost nothing: not on sale", inputs.software, quote.plan, quote.period)
        _publish_product(inputs, [quote for quote in quotes if quote not in worthless], published[inputs.software.pk])


def _publish_product(inputs: PriceInputs, quotes: list[Quote], before: _Published) -> None:
    on_sale: dict[Plan, list[PlanPrice]] = {}
    ends: dict[int, datetime] = {}
    for quote in quotes:
        term = _publish_price(inputs.software, quote, before)
        on_sale.setdefault(quote.plan, []).append(term)
        if quote.reduction.ends_at:
            ends[term.months] = quote.reduction.ends_at
    for term in before.prices.values():
        _withdraw(term)
    for child in before.orphans:
        _drop(child)
    _write_published_prices(inputs.software, on_sale if inputs.software.product.is_public else {}, ends)


def _published(held: list[SoftwareProduct]) -> dict[int, _Published]:
    """By product; ``_publish_product`` takes out of it what is still on sale. Three queries."""
    found: dict[int, _Published] = defaultdict(_Published)
    owners = {software.product_id: software.pk for software in held}
    for term in PlanPrice.objects.filter(plan__software__in=held).select_related("product", "plan"):
        found[term.plan.software_id].prices[term.plan_id, term.months] = term
    for record in StockRecord.objects.filter(product__parent__in=owners).select_related("product").order_by("-pk"):
        found[owners[record.product.parent_id]].records[record.product_id] = record
    for child in Product.objects.filter(parent__in=owners, plan_price=None):
        found[owners[child.parent_id]].orphans.append(child)
    return found


def _write_published_prices(
    software: SoftwareProduct, on_sale: dict[Plan, list[PlanPrice]], ends: dict[int, datetime]
) -> None:
    currency = settings.SHOP_CURRENCY
    lowest = [per_month(term.amount, term.months, currency) for terms in on_sale.values() for term in terms]
    values = {
        "published_prices": published_prices.dump(on_sale, ends),
        "lowest_monthly_amount": min(lowest, default=None),
        "currency": currency,
    }
    if any(getattr(software, name) != value for name, value in values.items()):
        # Not save(): that would publish again.
        SoftwareProduct.objects.filter(pk=software.pk).update(**values)
        content_version.raise_after_commit()


def upc_of(slug: str, plan_code: str, months: int) -> str:
    """``<product slug>-<plan code>-<months>m``; one too long for Oscar's 64 characters ends in a hash instead."""
    upc = f"{slug}-{plan_code}-{months}m"
    if len(upc) <= UPC_LENGTH:
        return upc
    digest = hashlib.sha256(upc.encode()).hexdigest()[:12]
    return f"{upc[: UPC_LENGTH - 13]}-{digest}"


class ZeroPriceError(ValueError):
    """A price that would be rounded to nothing. Forms refuse it before; nothing is published."""


def _publish_price(software: SoftwareProduct, quote: Quote, before: _Published) -> PlanPrice:
    plan, months, currency = quote.plan, quote.period.months, settings.SHOP_CURRENCY
    term = before.prices.pop((plan.pk, months), None)
    child = _publish_child(software.product, plan, months, term.product if term else None)
    _publish_stock_record(child, quote.price, currency, before.records.get(child.pk))
    values = {
        "period_id": quote.period.pk,
        "discount_percent": quote.reduction.percent,
        "list_amount": quote.price.list_amount,
        "amount": quote.price.amount,
        "currency": currency,
        "is_active": True,
    }
    if term is None:
        return PlanPrice.objects.create(plan=plan, months=months, product=child, **values)
    _save_changes(term, values)
    return term


def _publish_child(parent: Product, plan: Plan, months: int, child: Product | None) -> Product:
    upc = upc_of(parent.slug, plan.code, months)
    with translation.override(settings.LANGUAGE_CODE):
        suffix = f" – {plan.name}, {months_label(months)}"
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


def _withdraw(term: PlanPrice) -> None:
    _save_changes(term, {"is_active": False})
    _save_changes(term.product, {"is_public": False})


def _drop(child: Product) -> None:
    """A child whose plan was deleted: gone if never ordered, otherwise kept for the orders that name it."""
    if products.is_sold(child):
        _save_changes(child, {"is_public": False})
    else:
        child.delete()


def _save_changes(instance: models.Model, values: dict[str, Any]) -> None:
    """Write only what differs, and nothing if nothing does."""
    changed = {name: value for name, value in values.items() if getattr(instance, name) != value}
    for name, value in changed.items():
        setattr(instance, name, value)
    if changed:
        instance.save()
