"""Reading a cart: Oscar's basket with everything that its pages need, in a fixed number of queries.

The price of a line is that of its stock record, without tax. Oscar works out what offers and vouchers take off, from
these prices (``discounts``). Lines that can no longer be bought are kept apart: no total and no offer counts them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from oscar.apps.basket.models import Basket, LineAttribute
from oscar.apps.offer.models import ConditionalOffer
from oscar.apps.partner.availability import StockRequired

from checkout.cart import prices
from checkout.cart.prices import CartPrice
from storefront.billing import payment_limits
from storefront.core import currency_choice
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus

#: Oscar line Option that names the license a line extends; its value is License.public_id.
EXTENDS = "extends-license"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """One line. Prices are per piece, major units of ``currency``: ``unit_price`` is today's, ``seen_price`` the one
    that the visitor saw last. ``problem`` says why the line can no longer be bought; "" if it can."""

    pk: int
    product_id: int
    quantity: int
    currency: str
    seen_price: Decimal | None
    unit_price: Decimal | None
    title: str
    plan_price: CartPrice | None
    extends: str
    license: License | None
    problem: str

    @property
    def price(self) -> Decimal:
        return self.unit_price or Decimal("0.00")

    @property
    def total(self) -> Decimal:
        """Price of the line before discounts of offers and vouchers, major units."""
        return self.quantity * self.price

    @property
    def has_new_price(self) -> bool:
        """Whether the price differs from the one that the visitor saw last."""
        return not self.problem and self.seen_price is not None and self.seen_price != self.unit_price


@dataclass(slots=True)
class Cart:
    """A basket as it was read. ``siblings``: by software, the prices that a line may be switched to.

    ``has_offers``: offers or a voucher may take something off; what they do, ``discounts.apply`` fills in:
    ``discounts`` are names and amounts (> 0), and subtotal less these is the total; ``discounted``: what lines cost
    then, by primary key. ``voucher_note``: why the voucher takes nothing off, where that is to be said.
    """

    basket: Basket
    lines: list[CartLine] = field(default_factory=list)
    siblings: dict[int, list[CartPrice]] = field(default_factory=dict)
    has_offers: bool = False
    discounts: list[tuple[str, Decimal]] = field(default_factory=list)
    discounted: dict[int, Decimal] = field(default_factory=dict)
    voucher_code: str = ""
    voucher_is_idle: bool = False
    voucher_note: str = ""

    @property
    def on_sale(self) -> list[CartLine]:
        return [line for line in self.lines if not line.problem]

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def currency(self) -> str:
        return self.lines[0].currency if self.lines else currency_choice.current()

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.on_sale), Decimal("0.00"))

    @property
    def total(self) -> Decimal:
        """What an order of this cart costs, major units."""
        return self.subtotal - sum((amount for _name, amount in self.discounts), Decimal("0.00"))

    def amount_of(self, line: CartLine) -> Decimal:
        """What a line costs with its share of the discounts; the lines on sale add up to the total."""
        return self.discounted.get(line.pk, line.total)

    @property
    def payment_problem(self) -> str:
        """Why no payment method takes the total, in words for the buyer; "" if one does, or if the total is zero."""
        problem = payment_limits.problem(self.total, self.currency) if self.on_sale else None
        return payment_limits.sentence(problem, self.currency) if problem else ""

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
    """Read ``basket``, saved or not, without discounts; at most six queries, whatever its number of lines.

    ``named_by_link``: the public id of a license that may be extended by others than its holder.
    """
    cart = Cart(basket)
    rows = list(basket.lines.order_by("pk").values(*_COLUMNS)) if basket.pk else []
    if not rows:
        return cart
    by_product: dict[int, CartPrice] = {}
    for each in prices.of_products(row["product_id"] for row in rows):
        by_product[each.product_id] = each
        cart.siblings.setdefault(each.software_id, []).append(each)
    attributes = LineAttribute.objects.filter(line__basket=basket, option__code=EXTENDS)
    extends = dict(attributes.values_list("line_id", "value"))
    named = License.objects.filter(public_id__in=extends.values()) if extends else []
    licenses = {each.public_id: each for each in named}
    for row in rows:
        price, public_id = by_product.get(row["product_id"]), extends.get(row["pk"], "")
        license = licenses.get(public_id)
        problem = _sale_problem(row, price, rows[0]["price_currency"])
        if not problem and public_id and not _may_extend(license, price, basket, named_by_link):
            problem = _("This license can no longer be extended here. Please remove the line to place the order.")
        cart.lines.append(_line(row, price, public_id, license, problem))
    offers = ConditionalOffer.objects.filter(offer_type=ConditionalOffer.SITE, status=ConditionalOffer.OPEN)
    cart.has_offers = basket.vouchers.exists() or offers.exists()
    return cart


_COLUMNS = (
    "pk",
    "product_id",
    "product__title",
    "product__parent__product_class__track_stock",
    "quantity",
    "price_currency",
    "price_incl_tax",
    "stockrecord__price",
    "stockrecord__price_currency",
    "stockrecord__num_in_stock",
    "stockrecord__num_allocated",
)


def _line(
    row: dict[str, Any], price: CartPrice | None, extends: str, license: License | None, problem: str
) -> CartLine:
    return CartLine(
        pk=row["pk"],
        product_id=row["product_id"],
        quantity=row["quantity"],
        currency=row["price_currency"],
        seen_price=row["price_incl_tax"],
        unit_price=row["stockrecord__price"],
        title=price.title if price else row["product__title"] or "",
        plan_price=price,
        extends=extends,
        license=license,
        problem=problem,
    )


def _sale_problem(row: dict[str, Any], price: CartPrice | None, currency: str) -> str:
    """Why the line cannot be bought, in words for the visitor; "" if it can."""
    is_sold = price is not None and price.is_on_sale and row["stockrecord__price"] is not None
    if not is_sold or row["price_currency"] != currency:
        return _("This is no longer available. Please remove it to place the order.")
    if row["stockrecord__price_currency"] != currency:
        return _("This is not sold in %(currency)s. Remove it, or choose another currency.") % {"currency": currency}
    if row["product__parent__product_class__track_stock"]:
        left = (row["stockrecord__num_in_stock"] or 0) - (row["stockrecord__num_allocated"] or 0)
        is_permitted, reason = StockRequired(left).is_purchase_permitted(row["quantity"])
        if not is_permitted:
            return str(reason)
    return ""


def _may_extend(license: License | None, price: CartPrice | None, basket: Basket, named_by_link: str) -> bool:
    if license is None or price is None or license.software_id != price.software_id:
        return False
    if license.status == LicenseStatus.REVOKED:
        return False
    return basket.owner_id in (None, license.customer_id) or license.public_id == named_by_link
