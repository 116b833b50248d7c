"""Prices: worked out here, once, and published to Oscar. The one writer of child products, stock records and terms.

Basket, vouchers, offers, reports and search read plain Oscar products; nothing else computes a price.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import translation
from oscar.apps.partner.models import StockRecord

from catalogue.models import Product
from catalogue.plans import discounts, offers, products
from catalogue.plans.discounts import Reduction
from catalogue.plans.models import Period, Plan, PlanTerm, SoftwareProduct, months_label
from storefront.core import clock, money

UPC_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Price:
    """Major units of one currency. ``list_amount`` is without the discount, ``amount`` is charged."""

    list_amount: Decimal
    amount: Decimal

    @property
    def saving(self) -> Decimal:
        return self.list_amount - self.amount


def price_of(*, monthly_price: Decimal, months: int, discount_percent: Decimal, currency: str) -> Price:
    """The price of ``months`` months at ``monthly_price`` (major units) less ``discount_percent`` (0 <= d < 100).

    Rounded once, half up, to the minor unit of ``currency``. Raises ValueError for anything out of range.
    """
    if not monthly_price.is_finite() or monthly_price <= 0:
        raise ValueError(f"price per month must be positive: {monthly_price}")
    if months < 1:
        raise ValueError(f"at least one month: {months}")
    if not discount_percent.is_finite() or not 0 <= discount_percent < 100:
        raise ValueError(f"discount must be from 0 to less than 100: {discount_percent}")
    full = monthly_price * months
    return Price(
        list_amount=money.quantize(full, currency),
        amount=money.quantize(full * (100 - discount_percent) / 100, currency),
    )


def per_month(amount: Decimal, months: int, currency: str) -> Decimal:
    """What a month comes to, for display: rounded to the minor unit, so times the months it may differ by cents."""
    return money.quantize(amount / months, currency)


@transaction.atomic
def publish(software: SoftwareProduct) -> None:
    """Bring the Oscar children, stock records, terms and offer of a product in line with its plans, periods and the
    discounts in force now.

    Safe to repeat: what is right already is not written. Plans and periods that are no longer on sale leave
    their children behind, not public; nothing that was ever published is deleted.
    """
    # One publisher per product at a time; taken on the row that every edit of the product goes through.
    locked = SoftwareProduct.objects.select_for_update(of=("self",)).select_related("product").get(pk=software.pk)
    terms = {(term.plan_id, term.months): term for term in _terms_of(locked)}
    on_sale: dict[Plan, list[PlanTerm]] = {}
    dated = discounts.of_software(locked, clock.now())
    reductions = {period: discounts.best(period, dated) for period in periods_of(locked)}
    for plan in Plan.objects.filter(software=locked, is_active=True):
        on_sale[plan] = [
            _publish_term(locked, plan, period, reduction, terms.pop((plan.pk, period.months), None))
            for period, reduction in reductions.items()
        ]
    for term in terms.values():
        _withdraw(term)
    _drop_orphans(locked)
    ends = {period.months: reduction.ends_at for period, reduction in reductions.items() if reduction.ends_at}
    _write_offer(locked, on_sale if locked.product.is_public else {}, ends)


def _write_offer(software: SoftwareProduct, on_sale: dict[Plan, list[PlanTerm]], ends: Mapping[int, datetime]) -> None:
    currency = settings.SHOP_CURRENCY
    lowest = [per_month(term.amount, term.months, currency) for terms in on_sale.values() for term in terms]
    # Not save(): that would publish again.
    SoftwareProduct.objects.filter(pk=software.pk).update(
        offer=offers.dump(on_sale, ends), lowest_monthly_amount=min(lowest, default=None), currency=currency
    )


def publish_all() -> int:
    """Publish every product. Returns how many. For commands and for a changed common period."""
    found = list(SoftwareProduct.objects.order_by("pk"))
    for software in found:
        publish(software)
    return len(found)


def periods_of(software: SoftwareProduct) -> list[Period]:
    """The periods a product is sold for, shortest first: the common ones, its own in the place of theirs."""
    chosen: dict[int, Period] = {}
    for period in Period.objects.filter(Q(software=None) | Q(software=software)):
        if period.software_id is not None or period.months not in chosen:
            chosen[period.months] = period
    return sorted((p for p in chosen.values() if p.is_active), key=lambda p: p.months)


def upc_of(slug: str, plan_code: str, months: int) -> str:
    """``<product slug>-<plan code>-<months>m``; one too long for Oscar's 64 characters ends in a hash instead."""
    upc = f"{slug}-{plan_code}-{months}m"
    if len(upc) <= UPC_LENGTH:
        return upc
    digest = hashlib.sha256(upc.encode()).hexdigest()[:12]
    return f"{upc[: UPC_LENGTH - 13]}-{digest}"


def _terms_of(software: SoftwareProduct) -> Iterable[PlanTerm]:
    return PlanTerm.objects.filter(plan__software=software).select_related("product", "plan")


def _publish_term(
    software: SoftwareProduct, plan: Plan, period: Period, reduction: Reduction, term: PlanTerm | None
) -> PlanTerm:
    currency = settings.SHOP_CURRENCY
    price = price_of(
        monthly_price=plan.monthly_price,
        months=period.months,
        discount_percent=reduction.percent,
        currency=currency,
    )
    child = _publish_child(software.product, plan, period.months, term.product if term else None)
    _publish_stock_record(child, price.amount, currency)
    values = {
        "period_id": period.pk,
        "discount_percent": reduction.percent,
        "list_amount": price.list_amount,
        "amount": price.amount,
        "currency": currency,
        "is_active": True,
    }
    if term is None:
        return PlanTerm.objects.create(plan=plan, months=period.months, product=child, **values)
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


def _publish_stock_record(child: Product, amount: Decimal, currency: str) -> None:
    values = {"partner_sku": child.upc, "price": amount, "price_currency": currency}
    record = StockRecord.objects.filter(product=child).first()
    if record is None:
        StockRecord.objects.create(product=child, partner=products.partner(), **values)
    else:
        _save_changes(record, values)


def _withdraw(term: PlanTerm) -> None:
    _save_changes(term, {"is_active": False})
    _save_changes(term.product, {"is_public": False})


def _drop_orphans(software: SoftwareProduct) -> None:
    """Children whose plan was deleted: gone if never ordered, otherwise kept for the orders that name them."""
    for child in Product.objects.filter(parent=software.product_id, plan_term=None):
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
