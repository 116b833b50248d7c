"""What offers and vouchers take off a cart: Oscar applies them to its own basket, at the prices that the cart has."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.applicator import Applicator
from oscar.apps.offer.models import ConditionalOffer, Range
from oscar.apps.partner.availability import Available, Unavailable
from oscar.apps.partner.prices import FixedPrice
from oscar.apps.partner.strategy import Default, PurchaseInfo

from checkout.cart.cart import Cart
from checkout.models import VoucherRule
from checkout.vouchers import rules
from storefront.core import money
from storefront.users.models import User


class CartStrategy(Default):
    """Oscar's view of prices for one cart: what the cart has read is the price; what cannot be bought costs nothing."""

    def __init__(self, cart: Cart) -> None:
        super().__init__()
        self._prices = {line.pk: line.price for line in cart.on_sale}
        self._currency = cart.currency

    def fetch_for_line(self, line: Line, stockrecord: Any = None) -> PurchaseInfo:
        """Price and availability of a basket line; no query."""
        price = FixedPrice(self._currency, excl_tax=self._prices.get(line.pk, Decimal(0)), tax=Decimal(0))
        availability = Available() if line.pk in self._prices else Unavailable()
        return PurchaseInfo(price, availability, stockrecord)


class CartApplicator(Applicator):
    """Oscar's applicator, except that a range is asked about all products of the cart at once, and that a voucher takes
    something off only as its rule says (``checkout.vouchers.rules``)."""

    def __init__(self, cart: Cart) -> None:
        self._cart = cart
        self._rules: dict[int, VoucherRule | None] = {}

    def get_basket_offers(self, basket: Basket, user: Any) -> list[ConditionalOffer]:
        """Those of the vouchers that this buyer may use."""
        vouchers = basket.vouchers.all() if basket.pk else ()
        self._rules = {voucher.pk: rules.rule_of(voucher) for voucher in vouchers}
        customer = user if isinstance(user, User) else None
        if any(rules.problem(rule, customer) for rule in self._rules.values()):
            return []
        offers: list[ConditionalOffer] = super().get_basket_offers(basket, user)
        return offers

    def get_offers(
        self, basket: Basket, user: Any = None, request: HttpRequest | None = None
    ) -> list[ConditionalOffer]:
        everything = {line.product_id for line in self._cart.on_sale}
        offers: list[ConditionalOffer] = super().get_offers(basket, user, request)
        if self._cart.currency != settings.SHOP_CURRENCY:
            offers = [offer for offer in offers if not rules.is_of_money(offer)]
        for offer in offers:
            voucher = offer.get_voucher()
            rule = self._rules.get(voucher.pk) if voucher else None
            product_ids = rules.covered(rule, self._cart.on_sale) if rule else everything
            # proxy() is a new object at each call, with ranges of its own; a proxy's proxy() is the object itself.
            offer.condition, offer.benefit = offer.condition.proxy(), offer.benefit.proxy()
            for product_range in (offer.condition.range, offer.benefit.range):
                if product_range is not None and not product_range.proxy:
                    product_range.proxy = _KnownProducts(product_range, product_ids)
        return offers


class _KnownProducts:
    """Stands for a range (Oscar's interface of custom ranges) and knows which of some products are in it."""

    def __init__(self, product_range: Range, product_ids: Collection[int]) -> None:
        inside = product_range.product_queryset.filter(pk__in=product_ids)
        self._inside = set(inside.values_list("pk", flat=True))

    def contains_product(self, product: Any) -> bool:
        return product.pk in self._inside


def apply(cart: Cart, *, user: Any, request: HttpRequest | None = None) -> list[Line]:
    """Work out the discounts open to ``user`` and note them in ``cart``; returns Oscar's lines of what is on sale.

    The result is fit to be ordered from: the basket has its strategy, lines and offer applications.
    """
    basket = cart.basket
    basket.strategy = CartStrategy(cart)
    basket.reset_offer_applications()
    on_sale = {line.pk: line for line in cart.on_sale}
    for line in basket.all_lines():  # Oscar keeps these objects: offers write their discounts to them
        if line.pk in on_sale:
            line.quantity = on_sale[line.pk].quantity
        else:
            line.product.is_discountable = False  # no offer counts it
    lines = [line for line in basket.all_lines() if line.pk in on_sale]
    if cart.has_offers:
        prefetch_related_objects([basket], "vouchers")
        if lines:
            CartApplicator(cart).apply(basket, user, request)
            _make_exact(cart, lines)
        _note(cart, lines)
    return lines


def _make_exact(cart: Cart, lines: list[Line]) -> None:
    """Round what each line costs to the currency's smallest unit, once, half up.

    Oscar keeps fractions in its discounts and rounds to two places whatever the currency; a discount below one unit
    stays on the line without being listed. One more discount per line corrects both. A line that is not given away
    whole costs at least one unit.
    """
    listed = {each["offer"].pk for each in cart.basket.offer_applications if each["discount"] > 0}
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


def _note(cart: Cart, lines: list[Line]) -> None:
    """Name the discounts. What the lines cost now is what is charged; the difference to the subtotal is shared out
    exactly among the discounts, and orders and vouchers record these shares."""
    basket = cart.basket
    applications = [each for each in basket.offer_applications if each["discount"] > 0]
    if applications:
        cart.discounted = {line.pk: line.line_price_incl_tax_incl_discounts for line in lines}
        charged = sum(cart.discounted.values(), Decimal(0))
        parts = [Decimal(each["discount"]) for each in applications]
        shares = money.allocate(cart.subtotal - charged, parts, cart.currency)
        for application, share in zip(applications, shares, strict=True):
            application["discount"] = share
        cart.discounts = [(_name(each), share) for each, share in zip(applications, shares, strict=True)]
    voucher = next(iter(basket.vouchers.all()), None)
    cart.voucher_code = voucher.code if voucher else ""
    cart.voucher_is_idle = voucher is not None and not any(each["voucher"] for each in applications)
    cart.voucher_note = rules.currency_problem(voucher, cart.currency) if voucher and cart.voucher_is_idle else ""


def _name(application: dict[str, Any]) -> str:
    return str(application["voucher"].name if application["voucher"] else application["name"])
