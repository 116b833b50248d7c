"""A customer's payers: kept, corrected, made the default, archived. Each function locks the customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.db.models import QuerySet

from storefront.billing.errors import TooManyPayers
from storefront.billing.models import Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import taxation
from storefront.billing.tax import SellerTax
from storefront.core import clock, states
from storefront.users.models import User

#: How many a customer may have that are not archived.
MOST = 100


def of(customer: User) -> QuerySet[Payer]:
    """Those that can be chosen, the default first, then the newest."""
    return Payer.objects.filter(customer_id=customer.pk, archived_at=None)


def likely_country(kept: Iterable[Payer], *, named: str = "", seller: SellerTax | None = None) -> str:
    """The country that a new payer's form begins with (ISO 3166-1, two letters): the one ``named`` for prices, else
    that of the newest of those ``kept`` by the customer, else the seller's; "" where none is known. ``seller``: if read
    already."""
    if named:
        return named
    newest = max(kept, key=lambda payer: payer.pk, default=None)
    return newest.country if newest else (seller or taxation.settings()).country


def add(*, customer: User, details: PayerDetails, is_default: bool = False) -> Payer:
    """A new payer, or the one with just these details. The first becomes the default. Raises TooManyPayers."""
    details = replace(details, email="")
    with transaction.atomic():
        states.lock(User(pk=customer.pk))
        kept = list(of(customer))
        payer = next((each for each in kept if each.details == details), None)
        if payer is None:
            if len(kept) >= MOST:
                raise TooManyPayers
            payer = Payer(customer_id=customer.pk)
            payer.details = details
            payer.save()
        if is_default or not any(each.is_default for each in kept):
            _put_first(payer)
    return payer


def correct(*, payer: Payer, details: PayerDetails) -> Payer:
    """Other details from now on; what was issued keeps the old ones. Raises Payer.DoesNotExist for an archived one."""
    with transaction.atomic():
        kept = _lock(payer)
        kept.details = details
        kept.save()
    return kept


def make_default(*, payer: Payer) -> Payer:
    """Raises Payer.DoesNotExist for an archived one."""
    with transaction.atomic():
        kept = _lock(payer)
        _put_first(kept)
    return kept


def archive(*, payer: Payer) -> None:
    """Offer it no more; one that no invoice was issued to is deleted. If it was the default, the newest of the others
    becomes it. Does nothing for one that is archived."""
    with transaction.atomic():
        states.lock(User(pk=payer.customer_id))
        kept = Payer.objects.filter(pk=payer.pk, archived_at=None).first()
        if kept is None:
            return
        was_default = kept.is_default
        if kept.used_at is None:
            kept.delete()
        else:
            kept.archived_at, kept.is_default = clock.now(), False
            kept.save(update_fields=["archived_at", "is_default"])
        newest = of(payer.customer).first() if was_default else None
        if newest is not None:
            _put_first(newest)


def use(*, customer: User, chosen: Payer | None = None, typed: PayerDetails | None = None) -> PayerDetails | None:
    """Whom an invoice that is being issued is addressed to: ``chosen``, or ``typed``, who is kept with the customer, or
    the default; None if there is none. Whoever was used can only be archived from now on. Needs a transaction."""
    payer = chosen
    if payer is None and typed is not None:
        try:
            payer = add(customer=customer, details=typed)
        except TooManyPayers:
            return typed
    if payer is None:
        payer = of(customer).filter(is_default=True).first()
    if payer is None:
        return None
    Payer.objects.filter(pk=payer.pk, used_at=None).update(used_at=clock.now())
    return payer.details


def _lock(payer: Payer) -> Payer:
    states.lock(User(pk=payer.customer_id))
    return Payer.objects.get(pk=payer.pk, archived_at=None)


def _put_first(payer: Payer) -> None:
    Payer.objects.filter(customer_id=payer.customer_id, is_default=True).exclude(pk=payer.pk).update(is_default=False)
    if not payer.is_default:
        payer.is_default = True
        payer.save(update_fields=["is_default"])
