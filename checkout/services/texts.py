"""Agreements of what is in a cart, in the version in force."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery

from catalogue.models import Product
from catalogue.plans.models import Agreement, AgreementVersion
from checkout.cart.loading import Cart
from storefront.core.prepared import PreparedQuery


@dataclass(frozen=True, slots=True)
class Text:
    """One version of one agreement. ``body`` is "" unless it was asked for."""

    pk: int
    agreement_id: int
    slug: str
    number: int
    name: str
    body: str = ""


def in_force(cart: Cart, *, with_body: bool = False) -> list[Text]:
    """The newest version of each agreement of what is on sale in the cart, in the order of its lines; one query."""
    wanted = cart.agreement_ids
    if not wanted:
        return []
    query = _WITH_BODY if with_body else _NAMES
    found = {row[1]: Text(*row) for row in query.rows(basket=cart.basket.pk)}
    return [found[pk] for pk in wanted if pk in found]


def _newest(basket: int, *columns: str) -> QuerySet[AgreementVersion, tuple[object, ...]]:
    products = Product.objects.filter(children__basket_lines__basket=basket)
    agreements = Agreement.objects.filter(products__product__in=products.values("pk"))
    newest = AgreementVersion.objects.filter(agreement=OuterRef("agreement")).order_by("-number").values("pk")[:1]
    return AgreementVersion.objects.filter(agreement__in=agreements.values("pk"), pk=Subquery(newest)).values_list(
        "pk", "agreement_id", "agreement__slug", "number", "name", *columns
    )


_NAMES = PreparedQuery(lambda basket: _newest(basket), "basket")
_WITH_BODY = PreparedQuery(lambda basket: _newest(basket, "body"), "basket")
