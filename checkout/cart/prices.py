"""What may stand in a cart: terms (license type x period) as published, read without building models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from catalogue.models import Product
from catalogue.plans.models import BindingKind, PlanPrice, months_label
from storefront.core.prepared import PreparedQuery
from storefront.core.texts import pick

_COLUMNS = (
    "pk",
    "product_id",
    "months",
    "list_amount",
    "amount",
    "currency",
    "discount_percent",
    "plan_id",
    "plan__code",
    "plan__name",
    "plan__translations",
    "plan__software_id",
    "plan__software__binding_kind",
    "plan__software__bitrix24_app_code",
    "plan__software__agreement_id",
    "plan__software__starts_at_payment",
    "plan__software__conditions",
    "plan__software__product__title",
    "plan__software__translations",
    "plan__software__product__slug",
    "is_active",
    "plan__is_active",
    "product__is_public",
    "plan__software__product__is_public",
)


@dataclass(frozen=True, slots=True)
class CartPrice:
    """One published term. Amounts are per piece, in major units of ``currency``; texts in the active language."""

    pk: int
    product_id: int
    months: int
    list_amount: Decimal
    amount: Decimal
    currency: str
    discount_percent: Decimal
    plan_id: int
    plan_code: str
    own_plan_name: str
    plan_translations: dict[str, Any]
    software_id: int
    binding_kind: str
    bitrix24_app_code: str
    agreement_id: int | None
    starts_at_payment: bool
    own_conditions: str
    own_title: str
    software_translations: dict[str, Any]
    slug: str
    is_on_sale: bool

    @property
    def title(self) -> str:
        return pick(self.own_title, self.software_translations, "title")

    @property
    def conditions(self) -> str:
        """What the buyer's Bitrix24 needs, in the marketer's words; "" for what every portal needs."""
        return pick(self.own_conditions, self.software_translations, "conditions")

    @property
    def plan_name(self) -> str:
        return pick(self.own_plan_name, self.plan_translations, "name")

    @property
    def is_portal_bound(self) -> bool:
        return self.binding_kind == BindingKind.PORTAL

    @property
    def period_name(self) -> str:
        return months_label(self.months)

    @property
    def description(self) -> str:
        """Product, license type and period in one line, as orders, invoices and mails print it."""
        return _("%(product)s – %(plan)s, %(period)s") % {
            "product": self.title,
            "plan": self.plan_name,
            "period": self.period_name,
        }


def of_basket(basket_id: int) -> list[CartPrice]:
    """All terms, on sale or not, of the products that have a line in the basket; one query."""
    return [_term(row) for row in _OF_BASKET.rows(basket=basket_id)]


def of_plan(plan_id: int) -> list[CartPrice]:
    """All terms of one license type, by months; one query."""
    return _read(plan=plan_id)


def of_product(product_id: int) -> list[CartPrice]:
    """The term of an Oscar child product (one or none); one query."""
    return _read(product=product_id)


def find(term_id: int) -> CartPrice | None:
    """One term, on sale or not, or None."""
    return next((_term(row) for row in _BY_PK.rows(pk=term_id)), None)


def _read(**condition: object) -> list[CartPrice]:
    return [_term(row) for row in _columns(PlanPrice.objects.filter(**condition))]


def _columns(terms: QuerySet[PlanPrice]) -> QuerySet[PlanPrice, tuple[Any, ...]]:
    # By license type as the product page shows them, then by months.
    return terms.order_by("plan__position", "plan_id", "months").values_list(*_COLUMNS)


def _term(row: Sequence[Any]) -> CartPrice:
    return CartPrice(*row[:-4], is_on_sale=all(row[-4:]))  # type: ignore[misc]


_OF_BASKET = PreparedQuery(
    lambda basket: _columns(
        PlanPrice.objects.filter(
            plan__software__product__in=Product.objects.filter(children__basket_lines__basket=basket).values("pk")
        )
    ),
    "basket",
)
_BY_PK = PreparedQuery(lambda pk: _columns(PlanPrice.objects.filter(pk=pk)), "pk")
