"""The versions of agreements that are in force for what is ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import get_language

from catalogue.plans.models import Agreement, AgreementVersion
from checkout.cart.cart import Cart


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
    """``newest`` for what is on sale in the cart, in the order of its lines; one query."""
    return newest(cart.agreement_ids, with_body=with_body, language=language)


def newest(
    agreement_ids: Sequence[int], *, with_body: bool = False, language: str | None = None
) -> list[AgreementText]:
    """The newest version of each agreement, in the order of the ids; one query.

    In ``language`` (by default the active one), or in the default language where the agreement is not published in it.
    """
    products = Agreement.objects.filter(pk__in=agreement_ids)
    latest = AgreementVersion.objects.filter(agreement=OuterRef("agreement")).order_by("-number").values("pk")[:1]
    columns = {
        "slug": F("agreement__slug"),
        "key": F("agreement__translation_key"),
        "language_code": F("agreement__locale__language_code"),
    }
    rows = AgreementVersion.objects.filter(
        agreement__translation_key__in=products.values("translation_key"), pk=Subquery(latest)
    ).values("pk", "agreement_id", "number", "name", *(["body"] if with_body else []), **columns)
    # A product names its agreement in the default language; its translations share the key.
    keys: dict[int, str] = {}
    texts: dict[tuple[str, str], AgreementText] = {}
    for row in rows if agreement_ids else []:
        key, code = row.pop("key"), row.pop("language_code")
        keys[row["agreement_id"]] = key
        texts[key, code] = AgreementText(**row)
    own = {pk: next(text for text in texts.values() if text.agreement_id == pk) for pk in keys}
    code = language or get_language() or ""
    return [texts.get((keys[pk], code), own[pk]) for pk in agreement_ids if pk in keys]


def of_agreement(agreement_id: int | None, *, with_body: bool = False) -> list[AgreementText]:
    """The newest version of one agreement in the active language, or in its own; nothing for None. Two queries."""
    agreement = Agreement.objects.filter(pk=agreement_id).first() if agreement_id else None
    if agreement is None:
        return []
    versions = AgreementVersion.objects.filter(agreement__translation_key=agreement.translation_key)
    found: dict[str, AgreementText] = {}
    columns = ["agreement__locale__language_code", "pk", "agreement_id", "agreement__slug", "number", "name"]
    for code, *values in versions.order_by("number").values_list(*columns, *["body"] * with_body):
        found[code] = AgreementText(*values)
    own = next((text for text in found.values() if text.agreement_id == agreement_id), None)
    text = found.get(get_language() or "", own)
    return [text] if text else []
