"""What offers and vouchers take off a cart: Oscar's own reckoning over Oscar's own lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet, prefetch_related_objects
from django.http import HttpRequest
from oscar.apps.basket.models import Line, LineAttribute
from oscar.apps.offer.applicator import Applicator

from checkout.cart import ranges
from checkout.cart.cart import Cart
from storefront.core import money

M = TypeVar("M", bound=Model)


def apply(cart: Cart, *, strategy: Any, user: Any, request: HttpRequest | None = None) -> list[Line]:
    """Work out the discounts open to ``user`` and note them in ``cart``; returns Oscar's lines of what is on sale.

    A cart that can have none (``has_offers``) is spared the search for them. The result is fit to be ordered from:
    the basket has its strategy, lines and offer applications. Raises RuntimeError if Oscar's total is not ours:
    then its strategy is no longer the one ``loading`` counts on.
    """
    basket = cart.basket
    basket.strategy = strategy
    lines = _oscar_lines(cart)
    basket._lines = already_read(Line, lines)
    if cart.has_offers:
        prefetch_related_objects([basket], "vouchers")
        if lines:
            with ranges.remembered([line.product_id for line in lines]):
                Applicator().apply(basket, user, request)
                _make_exact(cart, lines)
        _note(cart)
    if lines and basket.total_incl_tax != cart.total:
        raise RuntimeError(f"cart {basket.pk}: {basket.total_incl_tax} is not {cart.total}")
    return lines


def _make_exact(cart: Cart, lines: list[Line]) -> None:
    """Round what each line costs to the currency's smallest unit, once, half up.

    Oscar keeps fractions in its discounts and rounds to two places whatever the currency; a discount that it took for
    nothing (less than a unit) stays on the line without being listed. One more discount per line puts both right. What
    is not given away whole costs at least one unit.
    """
    listed = {found["offer"].pk for found in cart.basket.offer_applications if found["discount"] > 0}
    unit = money.minor_unit(cart.currency)
    for line in lines:
        applied = [(each.amount, each.offer) for each in line.discounts.all()]
        if not applied:
            continue
        off = sum((amount for amount, offer in applied if offer is not None and offer.pk in listed), Decimal(0))
        full = line.quantity * line.unit_price_excl_tax
        exact = max(full - off, Decimal(0))
        price = max(money.quantize(exact, cart.currency), unit) if exact else Decimal(0)
        correction = full - price - sum((amount for amount, _offer in applied), Decimal(0))
        if correction:
            line.discount(correction, 0, incl_tax=settings.OSCAR_OFFERS_INCL_TAX)  # type: ignore[misc]  # Oscar's


def _note(cart: Cart) -> None:
    """Name the discounts. What the lines cost now is what is charged, so the difference to the subtotal is what the
    discounts come to, shared out exactly; orders and vouchers record these shares."""
    basket = cart.basket
    applications = [found for found in basket.offer_applications if found["discount"] > 0]
    if applications:
        off = cart.subtotal - Decimal(basket.total_incl_tax)
        shares = money.allocate(off, [Decimal(found["discount"]) for found in applications], cart.currency)
        for found, share in zip(applications, shares, strict=True):
            found["discount"] = share
        cart.discounts = [(_name(found), share) for found, share in zip(applications, shares, strict=True)]
    voucher = next(iter(basket.vouchers.all()), None)
    cart.voucher_code = voucher.code if voucher else ""
    cart.voucher_is_idle = voucher is not None and not any(found["voucher"] for found in applications)


def _name(application: dict[str, Any]) -> str:
    return str(application["voucher"].name if application["voucher"] else application["name"])


def _oscar_lines(cart: Cart) -> list[Line]:
    """Lines as Oscar's strategy, offers and order creator want them, in two queries for any number of lines."""
    wanted = [line.pk for line in cart.on_sale]
    found = Line.objects.filter(pk__in=wanted).order_by("pk")
    found = found.select_related("stockrecord__partner", "product__parent__product_class")
    has_options = any(line.extends for line in cart.on_sale)
    lines = list(found.prefetch_related("attributes__option") if has_options else found) if wanted else []
    for line in lines:
        if not has_options:
            line._prefetched_objects_cache = {"attributes": already_read(LineAttribute, [])}
        line.basket = cart.basket
        # Oscar's strategy, told the stock record it would otherwise look up for every line.
        line._info = cart.basket.strategy.fetch_for_product(line.product, line.stockrecord)
    return lines


def already_read(model: type[M], found: list[M]) -> QuerySet[M]:
    """A queryset that has run: what Oscar's basket keeps its lines in, and Django what was prefetched."""
    queryset = model._base_manager.all()
    queryset._result_cache = found
    queryset._prefetch_done = True  # type: ignore[attr-defined]
    return queryset
