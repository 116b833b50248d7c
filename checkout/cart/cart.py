"""Reading a cart: Oscar's basket with everything its pages need, in a number of queries that lines do not change.

Oscar's basket looks up product, price and options line by line and builds half a dozen objects for each. Here one
prepared query brings the lines, a second one the terms. The price is that of Oscar's default strategy (the stock
record's, no tax); offers and vouchers, where there are any, and the order itself are worked out by Oscar (see
``discounts``), which also proves that both come to the same sum. Lines that can no longer be bought are kept
apart, so that no total and no offer counts them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, Line, LineAttribute
from oscar.apps.offer.models import ConditionalOffer
from oscar.apps.partner.availability import StockRequired

from checkout.cart import prices
from checkout.cart.prices import CartPrice
from storefront.core.prepared import PreparedQuery
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus

#: Oscar line Option that names the license a line extends; its value is License.public_id.
EXTENDS = "extends-license"


@dataclass(slots=True)
class CartLine:
    """One line. Prices are per piece, major units of ``currency``: ``unit_price`` is today's, ``seen_price`` the one
    the visitor saw last. ``problem`` says why the line cannot be bought any more; "" if it can."""

    pk: int
    product_id: int
    quantity: int
    currency: str
    seen_price: Decimal | None
    unit_price: Decimal | None
    title: str
    plan_price: CartPrice | None
    extends: str
    license: License | None = None
    problem: str = ""

    @property
    def price(self) -> Decimal:
        return self.unit_price or Decimal("0.00")

    @property
    def total(self) -> Decimal:
        """Price of the line before discounts of offers and vouchers, major units."""
        return self.quantity * self.price

    @property
    def has_new_price(self) -> bool:
        """Whether the price is another than the one the visitor saw last."""
        return not self.problem and self.seen_price is not None and self.seen_price != self.unit_price


@dataclass(slots=True)
class Cart:
    """An open basket, read. ``siblings``: by product, the terms a line may be switched to. ``discounts``: name and
    amount (> 0) of what offers and vouchers take off; subtotal less these is the total."""

    basket: Basket
    lines: list[CartLine] = field(default_factory=list)
    siblings: dict[int, list[CartPrice]] = field(default_factory=dict)
    has_offers: bool = False
    discounts: list[tuple[str, Decimal]] = field(default_factory=list)
    voucher_code: str = ""
    voucher_is_idle: bool = False

    @property
    def on_sale(self) -> list[CartLine]:
        return [line for line in self.lines if not line.problem]

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def currency(self) -> str:
        return self.lines[0].currency if self.lines else settings.SHOP_CURRENCY

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.on_sale), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """What an order of this cart costs, major units."""
        return self.subtotal - sum((amount for _name, amount in self.discounts), Decimal("0.00"))

    @property
    def needs_portal(self) -> bool:
        return any(line.plan_price.is_portal_bound for line in self.on_sale if line.plan_price)

    @property
    def conditions(self) -> list[str]:
        """What the buyer's Bitrix24 needs for the lines that are tied to it, each once; "" for what every portal
        needs."""
        bound = (line.plan_price for line in self.on_sale if line.plan_price and line.plan_price.is_portal_bound)
        return list(dict.fromkeys(price.conditions for price in bound))

    @property
    def agreement_ids(self) -> list[int]:
        """The distinct agreements of what is bought, in the order of the lines."""
        ids = (line.plan_price.agreement_id for line in self.on_sale if line.plan_price)
        return list(dict.fromkeys(pk for pk in ids if pk))

    @property
    def can_be_ordered(self) -> bool:
        return bool(self.lines) and not any(line.problem for line in self.lines)


def read_cart(basket: Basket, *, named_by_link: str = "") -> Cart:
    """Read ``basket``, saved or not, without what offers and vouchers take off (``has_offers``: there may be some).

    ``named_by_link``: a license (public id) that may be extended whoever holds it.
    """
    cart = Cart(basket)
    rows = _LINES.rows(basket=basket.pk) if basket.pk else []
    if not rows:
        return cart
    by_product: dict[int, CartPrice] = {}
    for price in prices.of_basket(basket.pk):
        by_product[price.product_id] = price
        cart.siblings.setdefault(price.software_id, []).append(price)
    licenses = _licenses(row[_EXTENDS] for row in rows)
    for row in rows:
        line = _line(row, by_product.get(row[1]))
        line.license = licenses.get(line.extends)
        line.problem = _problem(line, row, basket, rows[0][3], named_by_link)
        cart.lines.append(line)
    cart.has_offers = any(row[-1] or row[-2] for row in rows)
    return cart


def _columns(basket: int) -> QuerySet[Line, tuple[object, ...]]:
    extends = LineAttribute.objects.filter(line=OuterRef("pk"), option__code=EXTENDS).values("value")[:1]
    vouchers = Basket.vouchers.through.objects.filter(basket=OuterRef("basket"))
    offers = ConditionalOffer.objects.filter(offer_type=ConditionalOffer.SITE, status=ConditionalOffer.OPEN)
    return (
        Line.objects.filter(basket=basket)
        .annotate(extends=Subquery(extends), has_voucher=Exists(vouchers), has_site_offers=Exists(offers))
        .order_by("pk")
        .values_list(
            "pk", "product_id", "quantity", "price_currency", "price_incl_tax",
            "stockrecord__price", "stockrecord__price_currency", "stockrecord__num_in_stock",
            "stockrecord__num_allocated", "product__parent__product_class__track_stock",
            "product__title", "extends", "has_voucher", "has_site_offers",
        )
    )  # fmt: skip


_LINES = PreparedQuery(_columns, "basket")
_EXTENDS = 11


def _line(row: list, price: CartPrice | None) -> CartLine:
    return CartLine(
        pk=row[0],
        product_id=row[1],
        quantity=row[2],
        currency=row[3],
        seen_price=row[4],
        unit_price=row[5],
        title=price.title if price else row[10] or "",
        plan_price=price,
        extends=row[_EXTENDS] or "",
    )


def _licenses(public_ids: Iterable[str | None]) -> dict[str, License]:
    wanted = [public_id for public_id in public_ids if public_id]
    if not wanted:
        return {}
    return {found.public_id: found for found in License.objects.filter(public_id__in=wanted)}


def _problem(line: CartLine, row: list, basket: Basket, currency: str, named_by_link: str) -> str:
    """Why the line cannot be ordered, in words for the visitor; "" if it can."""
    price_currency, in_stock, allocated, is_tracked = row[6:10]
    is_sold = line.plan_price is not None and line.plan_price.is_on_sale and line.unit_price is not None
    if not is_sold or price_currency != currency or line.currency != currency:
        return _("This is no longer available. Please remove it to place the order.")
    if is_tracked:
        left = (in_stock or 0) - (allocated or 0)
        permitted, reason = StockRequired(left).is_purchase_permitted(line.quantity)
        if not permitted:
            return str(reason)
    if line.extends and not _may_extend(line, basket, named_by_link):
        return _("This license can no longer be extended here. Please remove the line to place the order.")
    return ""


def _may_extend(line: CartLine, basket: Basket, named_by_link: str) -> bool:
    found, price = line.license, line.plan_price
    if found is None or price is None or found.software_id != price.software_id:
        return False
    if found.status == LicenseStatus.REVOKED:
        return False
    return basket.owner_id in (None, found.customer_id) or found.public_id == named_by_link
