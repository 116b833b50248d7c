"""Making and changing vouchers. What a voucher takes off is an Oscar offer of its own; what it may be used for is its
rule.

Orders keep the offer they were placed with: a change of what a voucher takes off gives it a new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.voucher.models import Voucher, VoucherSet

from catalogue.plans.models import SoftwareProduct
from checkout.models import VoucherRule
from storefront.core import clock, states
from storefront.core.signals import rows_written
from storefront.core.user_input import characters
from storefront.users.models import User

#: Without letters and digits that are mistaken for others.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
MAX_CODES = 500
ALL_PRODUCTS = "All products"


class CodeTaken(ValueError):
    """Another voucher has this code."""


class NameTaken(ValueError):
    """Another voucher or set has this name."""


@dataclass(frozen=True, kw_only=True)
class VoucherTerms:
    """What staff decide about a voucher.

    ``name`` is what buyers read in the cart. Either ``percent`` or ``amount`` (major units of the shop's currency, once
    per order, shared among the lines it covers) is set. Empty ``products``, ``months`` and ``customers`` mean all.
    ``starts_at``, ``ends_at``: UTC.
    """

    name: str
    percent: Decimal | None = None
    amount: Decimal | None = None
    starts_at: datetime
    ends_at: datetime
    products: Sequence[SoftwareProduct] = ()
    months: Sequence[int] = ()
    customers: Sequence[User] = ()
    max_uses: int | None = None
    max_uses_per_customer: int | None = None
    is_first_purchase_only: bool = False


@transaction.atomic
def create(*, terms: VoucherTerms, code: str) -> VoucherRule:
    """A voucher with a code that staff chose. Raises CodeTaken or NameTaken."""
    code = characters.code(code).upper()
    if Voucher.objects.filter(code=code).exists():
        raise CodeTaken
    _check_name(terms.name)
    try:
        with transaction.atomic():
            voucher = Voucher.objects.create(
                name=terms.name, code=code, usage=Voucher.MULTI_USE,
                start_datetime=terms.starts_at, end_datetime=terms.ends_at,
            )  # fmt: skip
    except IntegrityError:
        raise CodeTaken from None
    voucher.offers.add(_offer(terms))
    rule = VoucherRule.objects.create(voucher=voucher)
    _write(rule, terms)
    return rule


@transaction.atomic
def create_set(*, terms: VoucherTerms, count: int) -> VoucherRule:
    """As many vouchers (at most MAX_CODES) with random codes, each of which is used once. Raises NameTaken."""
    if not 1 <= count <= MAX_CODES:
        raise ValueError(count)
    _check_name(terms.name)
    voucher_set = VoucherSet.objects.create(
        name=terms.name, count=count, description="", start_datetime=terms.starts_at, end_datetime=terms.ends_at
    )
    offer = _offer(terms)
    vouchers = Voucher.objects.bulk_create(
        Voucher(
            name=_name_in_set(terms.name, number), code=code, usage=Voucher.SINGLE_USE, voucher_set=voucher_set,
            start_datetime=terms.starts_at, end_datetime=terms.ends_at,
        )
        for number, code in enumerate(_free_codes(count), start=1)
    )  # fmt: skip
    rows_written.send(sender=Voucher, rows=Voucher.objects.filter(voucher_set=voucher_set))
    _link(vouchers, offer)
    rule = VoucherRule.objects.create(voucher_set=voucher_set)
    _write(rule, terms)
    return rule


@transaction.atomic
def change(*, rule: VoucherRule, terms: VoucherTerms) -> VoucherRule:
    """Change a voucher or all vouchers of a set; codes stay. Raises NameTaken."""
    states.lock(rule)
    owner = rule.owner
    if owner.name != terms.name:
        _check_name(terms.name)
    vouchers = list(vouchers_of(rule).order_by("pk").select_for_update())
    for number, voucher in enumerate(vouchers, start=1):
        voucher.name = terms.name if rule.voucher_id else _name_in_set(terms.name, number)
        voucher.start_datetime, voucher.end_datetime = terms.starts_at, terms.ends_at
    Voucher.objects.bulk_update(vouchers, ["name", "start_datetime", "end_datetime"])
    rows_written.send(sender=Voucher, rows=vouchers_of(rule))
    if rule.voucher_set is not None:
        rule.voucher_set.name = terms.name
        rule.voucher_set.start_datetime, rule.voucher_set.end_datetime = terms.starts_at, terms.ends_at
        rule.voucher_set.save()
    if taken_off(rule) != (terms.percent, terms.amount):
        _link(vouchers, _offer(terms))
    _write(rule, terms)
    return rule


@transaction.atomic
def set_paused(*, rule: VoucherRule, is_paused: bool) -> None:
    """A paused voucher takes nothing off and cannot be ordered with until it goes on."""
    states.lock(rule)
    rule.is_paused = is_paused
    rule.save(update_fields=["is_paused"])


def vouchers_of(rule: VoucherRule) -> QuerySet[Voucher]:
    """The one voucher of a rule, or those of its set."""
    if rule.voucher_id:
        return Voucher.objects.filter(pk=rule.voucher_id)
    return Voucher.objects.filter(voucher_set=rule.voucher_set_id)


def taken_off(rule: VoucherRule) -> tuple[Decimal | None, Decimal | None]:
    """Percent, or an amount in the shop's currency; (None, None) where the offer is of another kind, made by hand."""
    offer = ConditionalOffer.objects.filter(vouchers__in=vouchers_of(rule)).select_related("benefit").first()
    return as_terms(offer.benefit.type, offer.benefit.value) if offer else (None, None)


def as_terms(benefit: str, value: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """Percent or amount of an Oscar benefit; (None, None) for one of another kind."""
    if benefit == Benefit.PERCENTAGE:
        return value, None
    return (None, value) if benefit == Benefit.FIXED else (None, None)


def _check_name(name: str) -> None:
    if Voucher.objects.filter(name=name).exists() or VoucherSet.objects.filter(name=name).exists():
        raise NameTaken


def _name_in_set(name: str, number: int) -> str:
    return f"{name} – {number}"


def _write(rule: VoucherRule, terms: VoucherTerms) -> None:
    rule.months = sorted(terms.months)
    rule.max_uses, rule.max_uses_per_customer = terms.max_uses, terms.max_uses_per_customer
    rule.is_first_purchase_only = terms.is_first_purchase_only
    rule.save()
    rule.products.set(terms.products)
    rule.customers.set(terms.customers)


def _offer(terms: VoucherTerms) -> ConditionalOffer:
    """An offer for all products: which of them count is the rule's business."""
    everything = Range.objects.filter(includes_all_products=True, name=ALL_PRODUCTS).first()
    everything = everything or Range.objects.create(name=ALL_PRODUCTS, includes_all_products=True)
    kind, value = (Benefit.PERCENTAGE, terms.percent) if terms.percent is not None else (Benefit.FIXED, terms.amount)
    return ConditionalOffer.objects.create(
        name=f"{terms.name} {secrets.token_hex(6)}",  # unique; buyers read the voucher's name
        offer_type=ConditionalOffer.VOUCHER,
        condition=Condition.objects.create(range=everything, type=Condition.COUNT, value=1),
        benefit=Benefit.objects.create(range=everything, type=kind, value=value),
        max_basket_applications=1,
    )


def _link(vouchers: Sequence[Voucher], offer: ConditionalOffer) -> None:
    """``offer`` is what these vouchers take off from now on."""
    links = Voucher.offers.through
    links.objects.filter(voucher__in=vouchers).delete()
    links.objects.bulk_create(links(voucher=voucher, conditionaloffer=offer) for voucher in vouchers)


def _free_codes(count: int) -> list[str]:
    """Random codes like ``K7QM-2XWD-9HTR`` (59 bits) that no voucher has."""
    codes: set[str] = set()
    while len(codes) < count:
        codes |= {_code() for _number in range(count - len(codes))}
        codes -= set(Voucher.objects.filter(code__in=codes).values_list("code", flat=True))
    return sorted(codes)


def _code() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _place in range(12))
    return "-".join(letters[place : place + 4] for place in (0, 4, 8))


def state_of(rule: VoucherRule, *, uses: int) -> str:
    """planned, running, over, paused or used_up; ``uses``: how often it was used."""
    owner = rule.owner
    limit = owner.count if rule.voucher_set_id else rule.max_uses
    now = clock.now()
    if owner.end_datetime < now:
        return "over"
    if limit is not None and uses >= limit:
        return "used_up"
    if rule.is_paused:
        return "paused"
    return "planned" if owner.start_datetime > now else "running"
