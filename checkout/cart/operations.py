"""Changing a cart. Every change locks the basket's row, so that none slips into an order being placed from it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line, LineAttribute
from oscar.apps.partner.models import StockRecord

from catalogue.models import Option, Product  # type: ignore[attr-defined]
from checkout.cart import merging, prices
from checkout.cart.cart import EXTENDS, CartLine
from checkout.cart.errors import CartError
from checkout.cart.prices import CartPrice
from storefront.core.prepared import PreparedQuery

_DIGITS = re.compile(r"[0-9]{1,6}")
_ID = re.compile(r"[0-9]{1,18}")


class _Stock(NamedTuple):
    """An Oscar stock record: what a term costs today, major units."""

    pk: int
    product_id: int
    price: Decimal | None
    currency: str


class _Held(NamedTuple):
    """A line that is in the cart already."""

    pk: int
    reference: str
    quantity: int
    currency: str


_STOCK = PreparedQuery(
    lambda product: (
        StockRecord.objects.filter(product=product)
        .order_by("pk")
        .values_list("pk", "product_id", "price", "price_currency")
    ),
    "product",
)
_HELD = PreparedQuery(
    lambda basket: Line.objects.filter(basket=basket).values_list("pk", "line_reference", "quantity", "price_currency"),
    "basket",
)


def max_quantity() -> int:
    """How many pieces one cart may hold (an Oscar setting)."""
    return int(settings.OSCAR_MAX_BASKET_QUANTITY_THRESHOLD)


def read_quantity(text: str) -> int:
    """The whole number a visitor typed, 1 to ``max_quantity``. Raises CartError for anything else.

    Plain digits only: ``int()`` would also read "٣", "1_0" and "+1".
    """
    text = text.strip()
    number = int(text) if _DIGITS.fullmatch(text) else 0
    if not 1 <= number <= max_quantity():
        message = _("Enter a whole number from 1 to %(max)d.") % {"max": max_quantity()}
        raise CartError(message, field="quantity")
    return number


def read_id(text: str) -> int:
    """A row number out of a form; 0, which no row has, for anything else."""
    return int(text) if _ID.fullmatch(text.strip()) else 0


def add_line(*, basket: Basket, price_id: int, quantity: int) -> CartPrice:
    """Put ``quantity`` pieces of a term into the cart, or add them to the line it has already; returns the term.

    Raises CartError if the term is not on sale, in another currency, or the cart would hold too many pieces.
    """
    term = _on_sale(price_id)
    stock = _stock_record(term)
    reference = _reference(basket, stock)
    with merging.locked(basket):
        held = _held(basket)
        _check_room(held, quantity)
        _check_currency(held, stock)
        present = next((line for line in held if line.reference == reference), None)
        if present is None:
            Line.objects.create(**_fields(basket, stock, reference), quantity=quantity)
        else:
            Line.objects.filter(pk=present.pk).update(quantity=present.quantity + quantity)
    return term


def add_extension(*, basket: Basket, price: CartPrice, license_public_id: str) -> tuple[Line, bool]:
    """Put one more period of a license into the cart, once; returns the line and whether it is new.

    A second call finds the line of the first, whatever period was chosen for it meanwhile. Raises CartError as
    ``add_line``.
    """
    stock = _stock_record(price)
    option = _extends_option()
    options = [{"option": option, "value": license_public_id}]
    with merging.locked(basket):
        present = LineAttribute.objects.filter(line__basket=basket, option=option, value=license_public_id)
        if attribute := present.select_related("line").first():
            return attribute.line, False
        held = _held(basket)
        _check_room(held, 1)
        _check_currency(held, stock)
        line = Line.objects.create(**_fields(basket, stock, _reference(basket, stock, options)), quantity=1)
        LineAttribute.objects.create(line=line, option=option, value=license_public_id)
    return line, True


def change_line(*, basket: Basket, line_id: int, quantity: int, price_id: int | None = None) -> None:
    """Set quantity and, if given, another term of the same product. A line that has that term takes the pieces in.

    A line that extends a license stays one piece. Raises CartError; a line that is not in this cart is one that
    is gone.
    """
    with merging.locked(basket):
        line = _line(basket, line_id)
        extends = LineAttribute.objects.filter(line=line, option__code=EXTENDS).select_related("option").first()
        if extends and quantity != 1:
            raise CartError(_("A license is extended by one period at a time."), field="quantity")
        _check_room(_held(basket), quantity - line.quantity)
        current = next(iter(prices.of_product(line.product_id)), None)
        if price_id is None or (current and current.pk == price_id):
            Line.objects.filter(pk=line.pk).update(quantity=quantity)
            return
        term = _on_sale(price_id, field="term")
        if current is None or current.software_id != term.software_id:
            raise CartError(_("Choose one of the periods offered."), field="term")
        _switch(basket, line, term, quantity, extends)


def remove_line(*, basket: Basket, line_id: int) -> None:
    """Take a line out; one that is gone already is no error."""
    with merging.locked(basket):
        Line.objects.filter(basket=basket, pk=line_id).delete()


def empty(*, basket: Basket) -> None:
    """Take everything out."""
    with merging.locked(basket):
        Line.objects.filter(basket=basket).delete()
        basket.vouchers.clear()


def remember_prices(lines: Iterable[CartLine]) -> None:
    """Keep today's prices as those the visitor has seen."""
    for line in lines:
        if line.has_new_price:
            Line.objects.filter(pk=line.pk).update(price_incl_tax=line.unit_price, price_excl_tax=line.unit_price)


def _switch(basket: Basket, line: Line, term: CartPrice, quantity: int, extends: LineAttribute | None) -> None:
    stock = _stock_record(term)
    options = [{"option": extends.option, "value": extends.value}] if extends else []
    reference = _reference(basket, stock, options)
    twin = Line.objects.filter(basket=basket, line_reference=reference).exclude(pk=line.pk).first()
    if twin is None:
        fields = _fields(basket, stock, reference)
        Line.objects.filter(pk=line.pk).update(**fields, quantity=quantity)
        return
    Line.objects.filter(pk=twin.pk).update(quantity=twin.quantity + quantity)
    Line.objects.filter(pk=line.pk).delete()


def _on_sale(price_id: int, field: str = "") -> CartPrice:
    term = prices.find(price_id) if price_id else None
    if term is None or not term.is_on_sale:
        raise CartError(_("This license type or period is no longer sold. Please choose another one."), field=field)
    return term


def _stock_record(term: CartPrice) -> _Stock:
    found = [_Stock(*row) for row in _STOCK.rows(product=term.product_id)]
    if not found or found[0].price is None:
        raise CartError(_("This license type or period is no longer sold. Please choose another one."))
    return found[0]


def _held(basket: Basket) -> list[_Held]:
    return [_Held(*row) for row in _HELD.rows(basket=basket.pk)]


def _line(basket: Basket, line_id: int) -> Line:
    line = Line.objects.filter(basket=basket, pk=line_id).first()
    if line is None:
        raise CartError(_("This line is no longer in your cart."))
    return line


def _check_room(held: list[_Held], more: int) -> None:
    if more > 0 and sum(line.quantity for line in held) + more > max_quantity():
        message = _("One order can hold %(max)d pieces at most.") % {"max": max_quantity()}
        raise CartError(message, field="quantity")


def _check_currency(held: list[_Held], stock: _Stock) -> None:
    if any(line.currency != stock.currency for line in held):
        raise CartError(_("Your cart holds products in another currency. Please order those first."))


def _fields(basket: Basket, stock: _Stock, reference: str) -> dict[str, object]:
    """The columns of a line as Oscar's add_product fills them; NoTax: both prices are the same."""
    return {
        "basket": basket,
        "line_reference": reference,
        "product_id": stock.product_id,
        "stockrecord_id": stock.pk,
        "price_currency": stock.currency,
        "price_excl_tax": stock.price,
        "price_incl_tax": stock.price,
    }


def _reference(basket: Basket, stock: _Stock, options: list[dict[str, object]] | None = None) -> str:
    """Oscar's own key of a line within its basket."""
    return basket._create_line_reference(Product(pk=stock.product_id), StockRecord(pk=stock.pk), options or [])


def _extends_option() -> Option:
    option, _created = Option.objects.get_or_create(code=EXTENDS, defaults={"name": "Extends license"})
    return option
