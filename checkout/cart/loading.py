"""Reading a cart: Oscar's basket with everything its pages need, in a number of queries that lines do not change.

Oscar's basket looks up product, price and options line by line. Here the lines come by one query with what
Oscar's strategy asks for, the terms by a second one; prices, offers and vouchers stay Oscar's own. Lines that
can no longer be bought are kept apart, so that no total and no offer counts them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery, prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line, LineAttribute
from oscar.apps.offer.applicator import Applicator

from checkout.cart import terms
from checkout.cart.terms import Term
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus

#: Oscar line Option that names the license a line extends; its value is License.public_id.
EXTENDS = "extends-license"


@dataclass(slots=True)
class CartLine:
    """One line. ``problem`` says why it cannot be bought any more; "" if it can."""

    line: Line
    term: Term | None
    extends: str = ""
    license: License | None = None
    problem: str = ""

    @property
    def unit_price(self) -> Decimal:
        """Today's price of one piece, major units."""
        return self.line.purchase_info.price.incl_tax

    @property
    def total(self) -> Decimal:
        """Price of the line before discounts of offers and vouchers, major units."""
        return self.line.quantity * self.unit_price

    @property
    def has_new_price(self) -> bool:
        """Whether the price is another than the one the visitor saw last."""
        seen = self.line.price_incl_tax
        return not self.problem and seen is not None and seen != self.unit_price


@dataclass(slots=True)
class Cart:
    """An open basket, read. ``basket`` is Oscar's, with offers and vouchers applied to the lines on sale."""

    basket: Basket
    lines: list[CartLine] = field(default_factory=list)
    siblings: dict[int, list[Term]] = field(default_factory=dict)

    @property
    def on_sale(self) -> list[CartLine]:
        return [line for line in self.lines if not line.problem]

    @property
    def withdrawn(self) -> list[CartLine]:
        return [line for line in self.lines if line.problem]

    @property
    def currency(self) -> str:
        return self.lines[0].line.price_currency if self.lines else settings.SHOP_CURRENCY

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.on_sale), Decimal("0.00"))

    @property
    def discount(self) -> Decimal:
        return self.subtotal - self.total

    @property
    def total(self) -> Decimal:
        """What an order of this cart costs, major units; Oscar's own sum."""
        return self.basket.total_incl_tax if self.on_sale else Decimal("0.00")

    @property
    def needs_portal(self) -> bool:
        return any(line.term.is_portal_bound for line in self.on_sale if line.term)

    @property
    def agreement_ids(self) -> list[int]:
        """The distinct agreements of what is bought, in the order of the lines."""
        ids = (line.term.agreement_id for line in self.on_sale if line.term)
        return list(dict.fromkeys(pk for pk in ids if pk))

    @property
    def can_be_ordered(self) -> bool:
        return bool(self.lines) and not self.withdrawn


def load(
    basket: Basket, *, strategy: Any, user: Any, request: HttpRequest | None = None, for_order: bool = False
) -> Cart:
    """Read ``basket``, saved or not, with Oscar's ``strategy`` and the offers open to ``user``.

    ``for_order`` also brings what Oscar copies to an order: sellers and line options.
    """
    basket.strategy = strategy
    cart = Cart(basket)
    rows = list(_lines(basket, for_order)) if basket.pk else []
    if rows:
        prefetch_related_objects([basket], "vouchers")
        _fill(cart, rows)
    basket._lines = _already_read([line.line for line in cart.on_sale])
    if cart.on_sale:
        Applicator().apply(basket, user, request)
    return cart


def _lines(basket: Basket, for_order: bool) -> QuerySet[Line]:
    extends = LineAttribute.objects.filter(line=OuterRef("pk"), option__code=EXTENDS).values("value")[:1]
    lines = Line.objects.filter(basket=basket).annotate(extends_public_id=Subquery(extends)).order_by("pk")
    lines = lines.select_related("stockrecord", "product__parent__product_class")
    if for_order:
        return lines.select_related("stockrecord__partner").prefetch_related("attributes__option")
    return lines.only(
        "basket", "line_reference", "quantity", "price_currency", "price_excl_tax", "price_incl_tax", "tax_code",
        "stockrecord__product", "stockrecord__partner", "stockrecord__partner_sku", "stockrecord__price",
        "stockrecord__price_currency", "stockrecord__num_in_stock", "stockrecord__num_allocated",
        "product__structure", "product__title", "product__upc", "product__is_public", "product__is_discountable",
        "product__parent__structure", "product__parent__title", "product__parent__is_discountable",
        "product__parent__product_class__track_stock", "product__parent__product_class__requires_shipping",
    )  # fmt: skip


def _fill(cart: Cart, rows: list[Line]) -> None:
    parents = {row.product.parent_id for row in rows if row.product.parent_id}
    by_product: dict[int, Term] = {}
    for term in terms.of_products(parents):
        by_product[term.product_id] = term
        cart.siblings.setdefault(term.software_id, []).append(term)
    licenses = _licenses(row.extends_public_id for row in rows)
    for row in rows:
        row.basket = cart.basket
        # Oscar's strategy, told the stock record it would otherwise look up for every line.
        row._info = cart.basket.strategy.fetch_for_product(row.product, row.stockrecord)
        extends = row.extends_public_id or ""
        line = CartLine(row, by_product.get(row.product_id), extends, licenses.get(extends))
        line.problem = _problem(line, cart.basket, rows[0].price_currency)
        cart.lines.append(line)


def _licenses(public_ids: Iterable[str | None]) -> dict[str, License]:
    wanted = [public_id for public_id in public_ids if public_id]
    if not wanted:
        return {}
    return {found.public_id: found for found in License.objects.filter(public_id__in=wanted)}


def _problem(line: CartLine, basket: Basket, currency: str) -> str:
    """Why the line cannot be ordered, in words for the visitor; "" if it can."""
    info = line.line.purchase_info
    is_sold = line.term is not None and line.term.is_on_sale and info.price.exists
    if not is_sold or info.price.currency != currency:
        return _("This is no longer available. Please remove it to place the order.")
    permitted, reason = info.availability.is_purchase_permitted(line.line.quantity)
    if not permitted:
        return str(reason)
    if line.extends and not _may_extend(line, basket):
        return _("This license can no longer be extended here. Please remove the line to place the order.")
    return ""


def _may_extend(line: CartLine, basket: Basket) -> bool:
    found, term = line.license, line.term
    if found is None or term is None or found.software_id != term.software_id:
        return False
    if found.status == LicenseStatus.REVOKED:
        return False
    return basket.owner_id is None or basket.owner_id == found.customer_id


def _already_read(lines: list[Line]) -> QuerySet[Line]:
    """A queryset that has run: what Oscar's basket keeps its lines in."""
    queryset = Line.objects.all()
    queryset._result_cache = lines
    queryset._prefetch_done = True
    return queryset
