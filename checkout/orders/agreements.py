"""Agreements of what is in a cart, in the version in force."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import get_language

from catalogue.models import Product
from catalogue.plans.models import Agreement, AgreementVersion
from checkout.cart.cart import Cart
from storefront.core.prepared import PreparedQuery


@dataclass(frozen=True, slots=True)
class AgreementText:
    """One version of one agreement. ``body`` is "" unless it was asked for."""

    pk: int
    agreement_id: int
    slug: str
    number: int
    name: str
    body: str = ""


def in_force(cart: Cart, *, with_body: bool = False, language: str | None = None) -> list[AgreementText]:
    """The newest version of each agreement of what is on sale in the cart, in the order of its lines; one query.

    In ``language`` (by default the active one), or in the default language where the agreement is not published in it.
    """
    wanted = cart.agreement_ids
    if not wanted:
        return []
    query = _WITH_BODY if with_body else _NAMES
    rows = query.rows(basket=cart.basket.pk)
    # A product names its agreement in the default language; its translations share the key.
    keys = {row[3]: row[0] for row in rows}
    code = language or get_language()
    own = {row[0]: AgreementText(*row[2:]) for row in rows if row[3] in wanted}
    found = own | {row[0]: AgreementText(*row[2:]) for row in rows if row[1] == code}
    return [found[keys[pk]] for pk in wanted if pk in keys]


def of_agreement(agreement_id: int | None) -> list[AgreementText]:
    """The newest version of one agreement in the active language, or in its own; nothing for None. Two queries."""
    agreement = Agreement.objects.filter(pk=agreement_id).first() if agreement_id else None
    if agreement is None:
        return []
    versions = AgreementVersion.objects.filter(agreement__translation_key=agreement.translation_key)
    newest: dict[str, AgreementText] = {}
    columns = ("agreement__locale__language_code", "pk", "agreement_id", "agreement__slug", "number", "name")
    for code, *values in versions.order_by("number").values_list(*columns):
        newest[code] = AgreementText(*values)
    own = next((text for text in newest.values() if text.agreement_id == agreement_id), None)
    found = newest.get(get_language() or "", own)
    return [found] if found else []


def _newest(basket: int, *columns: str) -> QuerySet[AgreementVersion, tuple[object, ...]]:
    products = Product.objects.filter(children__basket_lines__basket=basket)
    agreements = Agreement.objects.filter(products__product__in=products.values("pk"))
    newest = AgreementVersion.objects.filter(agreement=OuterRef("agreement")).order_by("-number").values("pk")[:1]
    return AgreementVersion.objects.filter(
        agreement__translation_key__in=agreements.values("translation_key"), pk=Subquery(newest)
    ).values_list(
        "agreement__translation_key", "agreement__locale__language_code",
        "pk", "agreement_id", "agreement__slug", "number", "name", *columns,
    )  # fmt: skip


_NAMES = PreparedQuery(lambda basket: _newest(basket), "basket")
_WITH_BODY = PreparedQuery(lambda basket: _newest(basket, "body"), "basket")
