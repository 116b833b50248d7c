"""Changing a cart. Every change locks the basket's row, so that none slips into an order being placed from it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line, LineAttribute
from oscar.apps.partner.models import StockRecord

from catalogue.models import Option  # type: ignore[attr-defined]
from checkout.cart import prices
from checkout.cart.cart import EXTENDS, CartLine
from checkout.cart.errors import CartError, CartOrdered
from checkout.cart.prices import CartPrice
from storefront.licensing.models import License
from storefront.users.models import User

_DIGITS = re.compile(r"[0-9]{1,6}")
_ID = re.compile(r"[0-9]{1,18}")


@contextmanager
def locked(basket: Basket) -> Iterator[Basket]:
    """Change ``basket`` alone: its row is locked until the block ends, so no order is placed from it meanwhile.

    An unsaved basket is saved. Raises CartOrdered if it was ordered in the meantime.
    """
    with transaction.atomic():
        if basket.pk is None:
            basket.save()
        elif not Basket.open.select_for_update().filter(pk=basket.pk).exists():
            raise CartOrdered(_("This cart has been ordered already. What you add now starts a new one."))
        yield basket


def max_quantity() -> int:
    """How many pieces one cart may hold (an Oscar setting)."""
    return int(settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD)


def read_quantity(text: str) -> int:
    """The whole number that a visitor typed, 1 to ``max_quantity``. Raises CartError for anything else.

    Plain digits only: ``int()`` would also read "٣", "1_0" and "+1".
    """
    text = text.strip()
    number = int(text) if _DIGITS.fullmatch(text) else 0
    if not 1 <= number <= max_quantity():
        message = _("Enter a whole number from 1 to %(max)d.") % {"max": max_quantity()}
        raise CartError(message, field="quantity")
    return number


def read_id(text: str) -> int:
    """A primary key out of a form; 0, which no row has, for anything else."""
    return int(text) if _ID.fullmatch(text.strip()) else 0


def add_line(*, basket: Basket, price_id: int, quantity: int) -> CartPrice:
    """Put ``quantity`` pieces of a price into the cart, or add them to the line that has it; returns the price.

    Raises CartError if the price is not on sale, in another currency, or the cart would hold too many pieces.
    """
    price = _on_sale(price_id)
    stock = _stock_record(price)
    reference = _reference(stock)
    with locked(basket):
        lines = list(basket.lines.all())
        _check_room(lines, quantity)
        _check_currency(lines, stock)
        present = next((line for line in lines if line.line_reference == reference), None)
        if present is None:
            Line.objects.create(basket=basket, quantity=quantity, **_columns(stock, reference))
        else:
            _set_quantity(present, present.quantity + quantity)
    return price


def extend_license(*, basket: Basket, license: License, price: CartPrice, user: User | AnonymousUser) -> None:
    """Put one more period of a license into a visitor's cart, once. Raises CartError for another's license."""
    if user.is_authenticated and license.customer_id != user.pk:
        raise CartError(_("This license belongs to another account. Log in with that account to extend it."))
    add_extension(basket=basket, price=price, license_public_id=license.public_id)


def add_extension(*, basket: Basket, price: CartPrice, license_public_id: str) -> None:
    """Put one more period of a license into the cart, once; idempotent, whatever period was chosen for it meanwhile.

    Raises CartError as ``add_line``.
    """
    stock = _stock_record(price)
    with locked(basket):
        extensions = LineAttribute.objects.filter(line__basket=basket, option__code=EXTENDS)
        if extensions.filter(value=license_public_id).exists():
            return
        lines = list(basket.lines.all())
        _check_room(lines, 1)
        _check_currency(lines, stock)
        reference = _reference(stock, license_public_id)
        line = Line.objects.create(basket=basket, quantity=1, **_columns(stock, reference))
        option, _created = Option.objects.get_or_create(code=EXTENDS, defaults={"name": "Extends license"})
        LineAttribute.objects.create(line=line, option=option, value=license_public_id)


def change_line(*, basket: Basket, line_id: int, quantity: int, price_id: int | None = None) -> None:
    """Set the quantity and, if given, another price of the same product. A line that has that price takes the pieces.

    A line that extends a license stays one piece. Raises CartError, also for a line that is not in this cart.
    """
    with locked(basket):
        line = basket.lines.filter(pk=line_id).first()
        if line is None:
            raise CartError(_("This line is no longer in your cart."))
        extends = LineAttribute.objects.filter(line=line, option__code=EXTENDS).values_list("value", flat=True).first()
        if extends and quantity != 1:
            raise CartError(_("A license is extended by one period at a time."), field="quantity")
        _check_room(basket.lines.all(), quantity - line.quantity)
        current = next(iter(prices.read_prices(product=line.product_id)), None)
        if price_id is None or (current and current.pk == price_id):
            _set_quantity(line, quantity)
            return
        price = _on_sale(price_id, field="term")
        if current is None or (current.software_id, line.price_currency) != (price.software_id, price.currency):
            raise CartError(_("Choose one of the periods offered."), field="term")
        switch_price(basket, line, price, quantity, extends or "")


def remove_line(*, basket: Basket, line_id: int) -> None:
    """Take a line out; one that is gone already is no error."""
    with locked(basket):
        basket.lines.filter(pk=line_id).delete()


def remember_prices(lines: Iterable[CartLine]) -> None:
    """Keep today's prices as those that the visitor has seen."""
    for line in lines:
        if line.has_new_price:
            Line.objects.filter(pk=line.pk).update(price_incl_tax=line.unit_price, price_excl_tax=line.unit_price)


def switch_price(basket: Basket, line: Line, price: CartPrice, quantity: int, extends: str) -> None:
    """Sell a line at another price; a line that has that price takes the pieces. Needs the lock of ``locked``.

    ``extends``: the public id of the license that the line extends, "" if none.
    """
    stock = _stock_record(price)
    reference = _reference(stock, extends)
    twin = basket.lines.filter(line_reference=reference).exclude(pk=line.pk).first()
    if twin is not None:
        _set_quantity(twin, twin.quantity + quantity)
        line.delete()
        return
    line.quantity = quantity
    for name, value in _columns(stock, reference).items():
        setattr(line, name, value)
    line.save()


def _set_quantity(line: Line, quantity: int) -> None:
    line.quantity = quantity
    line.save(update_fields=["quantity", "date_updated"])


def _on_sale(price_id: int, field: str = "") -> CartPrice:
    price = prices.find(price_id) if price_id else None
    if price is None or not price.is_on_sale:
        raise CartError(_("This license type or period is no longer sold. Please choose another one."), field=field)
    return price


def _stock_record(price: CartPrice) -> StockRecord:
    stock = StockRecord.objects.filter(product=price.product_id).order_by("pk").first()
    if stock is None or stock.price is None:
        raise CartError(_("This license type or period is no longer sold. Please choose another one."))
    return stock


def _check_room(lines: Iterable[Line], more: int) -> None:
    if more > 0 and sum(line.quantity for line in lines) + more > max_quantity():
        message = _("One order can hold %(max)d pieces at most.") % {"max": max_quantity()}
        raise CartError(message, field="quantity")


def _check_currency(lines: Sequence[Line], stock: StockRecord) -> None:
    if any(line.price_currency != stock.price_currency for line in lines):
        raise CartError(
            _("Your cart is in %(cart)s and this price in %(price)s. Choose one currency for the cart first.")
            % {"cart": lines[0].price_currency, "price": stock.price_currency}
        )


def _columns(stock: StockRecord, reference: str) -> dict[str, object]:
    """What a line keeps of its price; without tax both prices are the same."""
    return {
        "line_reference": reference,
        "product_id": stock.product_id,
        "stockrecord": stock,
        "price_currency": stock.price_currency,
        "price_excl_tax": stock.price,
        "price_incl_tax": stock.price,
    }


def _reference(stock: StockRecord, license_public_id: str = "") -> str:
    """The key of a line within its basket: what is bought and, if it extends a license, which one."""
    parts = [stock.product_id, stock.pk, license_public_id]
    return "_".join(str(part) for part in parts if part)
