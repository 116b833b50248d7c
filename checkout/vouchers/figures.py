"""What vouchers did: uses, what they took off, what was earned with them; and what one would do to a cart."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import OrderDiscount
from oscar.apps.voucher.models import Voucher, VoucherApplication

from catalogue.plans.models import PlanPrice
from checkout.cart import discounts
from checkout.cart.cart import read_cart
from checkout.cart.operations import add_line
from checkout.models import VoucherRule
from checkout.vouchers import rules, services
from checkout.vouchers.services import VoucherTerms
from storefront.billing.models import LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.core import clock

_A_DAY = timedelta(days=1)


@dataclass
class Figures:
    """``income``: by currency, goods sold in orders with the voucher less what was refunded, as the ledger has it.
    ``taken_off``: by currency, of orders that are not cancelled. Major units."""

    uses: int = 0
    taken_off: dict[str, Decimal] = field(default_factory=dict)
    income: dict[str, Decimal] = field(default_factory=dict)


def of(rule: VoucherRule) -> Figures:
    """The figures of one voucher or set; three queries."""
    used = rules.uses(rule)
    orders = used.values("order")
    off = OrderDiscount.objects.filter(order__in=orders, voucher_id__in=services.vouchers_of(rule).values("pk"))
    booked = LedgerEntry.objects.filter(account__kind=AccountKind.SALES, transaction__invoice__order__in=orders)
    return Figures(
        used.count(),
        dict(off.order_by().values_list("order__currency").annotate(sum=Sum("amount"))),
        dict(booked.order_by().values_list("account__currency").annotate(sum=Sum("amount"))),
    )


def listed() -> QuerySet[Any]:
    """Rules with ``starts_at``, ``ends_at``, ``uses`` and what they take off (``benefit``, ``benefit_value``; see
    ``services.as_terms``): one query."""
    one = VoucherApplication.objects.order_by()
    uses = [
        one.filter(voucher=OuterRef("voucher")).values("voucher").annotate(number=Count("pk")).values("number"),
        one.filter(voucher__voucher_set=OuterRef("voucher_set"))
        .values("voucher__voucher_set").annotate(number=Count("pk")).values("number"),
    ]  # fmt: skip
    # By two ways, each with an index: with OR, all offers would be read for each row.
    links = Voucher.offers.through.objects.order_by("conditionaloffer")
    offers = [links.filter(voucher=OuterRef("voucher")), links.filter(voucher__voucher_set=OuterRef("voucher_set"))]

    def of_offer(name: str) -> Coalesce:
        return Coalesce(*(Subquery(way.values(f"conditionaloffer__benefit__{name}")[:1]) for way in offers))

    return VoucherRule.objects.select_related("voucher", "voucher_set").annotate(
        starts_at=Coalesce(F("voucher__start_datetime"), F("voucher_set__start_datetime")),
        ends_at=Coalesce(F("voucher__end_datetime"), F("voucher_set__end_datetime")),
        uses=Coalesce(Subquery(uses[0]), Subquery(uses[1]), 0),
        benefit=of_offer("type"),
        benefit_value=of_offer("value"),
    )


@dataclass(frozen=True)
class Sample:
    """A cart with one piece, before and after a voucher; major units of ``currency``."""

    price: PlanPrice
    before: Decimal
    after: Decimal
    currency: str


def samples(terms: VoucherTerms, prices: Sequence[PlanPrice]) -> list[Sample]:
    """What a voucher with these terms would do to carts with one piece at one of ``prices``, by the very code that
    carts use.

    Everything is written and rolled back, so dates and limits do not matter.
    """
    with transaction.atomic():
        voucher = services.vouchers_of(services.create_set(terms=_named_apart(terms), count=1)).get()
        found = [_sample(voucher, price) for price in prices]
        transaction.set_rollback(True)
    return found


def _sample(voucher: Voucher, price: PlanPrice) -> Sample:
    basket = Basket.objects.create()
    add_line(basket=basket, price_id=price.pk, quantity=1)
    basket.vouchers.add(voucher)
    cart = read_cart(basket)
    discounts.apply(cart, user=AnonymousUser())
    return Sample(price, cart.subtotal, cart.total, cart.currency)


def _named_apart(terms: VoucherTerms) -> VoucherTerms:
    """The same for everybody, now, under a name that nothing has."""
    now = clock.now()
    return replace(
        terms, name=f"{terms.name[:60]} {secrets.token_hex(6)}", starts_at=now - _A_DAY, ends_at=now + _A_DAY,
        customers=(), max_uses=None, max_uses_per_customer=None, is_first_purchase_only=False,
    )  # fmt: skip
