"""What may be put into a cart: published prices (license type x period)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from catalogue.models import Product
from catalogue.plans.models import PlanPrice, months_label
from storefront.core.texts import pick
from storefront.licensing.bindings import binding_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPrice:
    """One published price. Amounts are per piece, in major units of ``currency``; texts in the active language."""

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
        return binding_of(self.binding_kind).asks_portal_address

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


def read_prices(**condition: object) -> list[CartPrice]:
    """The prices that match a filter on PlanPrice, on sale or not; one query.

    In the order of the product page: by license type, then by months.
    """
    prices = PlanPrice.objects.filter(**condition).order_by("plan__position", "plan_id", "months")
    return [
        CartPrice(
            **{field: row[column] for field, column in _COLUMNS.items()},
            is_on_sale=all(row[column] for column in _ON_SALE),
        )
        for row in prices.values(*_COLUMNS.values(), *_ON_SALE)
    ]


def of_products(product_ids: Iterable[int]) -> list[CartPrice]:
    """All prices of the software that these Oscar child products belong to; one query."""
    parents = Product.objects.filter(children__in=list(product_ids))
    return read_prices(plan__software__product__in=parents.values("pk"))


def find(price_id: int) -> CartPrice | None:
    """One price, on sale or not, or None; one query."""
    return next(iter(read_prices(pk=price_id)), None)


#: Column by field of CartPrice.
_COLUMNS = {
    "pk": "pk",
    "product_id": "product_id",
    "months": "months",
    "list_amount": "list_amount",
    "amount": "amount",
    "currency": "currency",
    "discount_percent": "discount_percent",
    "plan_id": "plan_id",
    "plan_code": "plan__code",
    "own_plan_name": "plan__name",
    "plan_translations": "plan__translations",
    "software_id": "plan__software_id",
    "binding_kind": "plan__software__binding_kind",
    "bitrix24_app_code": "plan__software__bitrix24_app_code",
    "agreement_id": "plan__software__agreement_id",
    "starts_at_payment": "plan__software__starts_at_payment",
    "own_conditions": "plan__software__conditions",
    "own_title": "plan__software__product__title",
    "software_translations": "plan__software__translations",
    "slug": "plan__software__product__slug",
}
_ON_SALE = ("is_active", "plan__is_active", "product__is_public", "plan__software__product__is_public")
