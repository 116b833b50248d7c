"""Orders: made on the page, moved on by time, by staff of the service and by the buyer's bank."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from storefront.sandbox.twocheckout.carts import WHOLE, Cart
from storefront.sandbox.twocheckout.state import ApiError, Object, State

#: Percent of tax that the service adds where it sells itself.
TAXES = {"DE": 19, "FR": 20, "AT": 20, "IT": 22, "NL": 21, "GB": 20}
REASONS = frozenset({"Other", "Fraud", "Duplicate purchase", "Wrong product", "Order cancelled by customer"})
RESOLUTIONS = frozenset({"OPEN", "WON", "LOST", "ACCEPTED"})
#: Outcomes of the page: (Status, ApproveStatus)
OUTCOMES = {
    "paid": ("COMPLETE", "OK"),
    "declined": ("REVERSED", "WAITING"),
    "review": ("AUTHRECEIVED", "WAITING"),
    "later": ("PENDING", "WAITING"),
    "elsewhere": ("PURCHASE_PENDING", "WAITING"),
}
Emit = Callable[[Object, str, Decimal], None]


class Orders:
    """``sells``: the plan 2Monetize, on which tax is added to the prices of a link. ``emit(order, status, total)``
    sends a notification; the state's lock is held."""

    def __init__(self, state: State, emit: Emit, *, sells: bool) -> None:
        self._state, self._emit, self.sells = state, emit, sells

    def make(self, cart: Cart, *, way: str, outcome: str, country: str, email: str, card: str = "") -> Object:
        """What the buyer's last press makes of a cart."""
        with self._state.changing():
            number = self._state.next_number()
            rate = TAXES.get(country, 0) if self.sells else 0
            order = _new(number, cart, rate=rate, at=self._state.stamp()) | {
                "OrderNo": len(self._state.orders) + 1,
                "BillingDetails": {"CountryCode": country, "Email": email},
                "PaymentDetails": _payment(cart, way, card),
            }
            order["Status"], order["ApproveStatus"] = OUTCOMES[outcome]
            self._state.orders[number] = order
            self._state.counts["orders"] += 1
            total = Decimal(str(order["GrossPrice"]))
            if outcome == "paid":
                order["FinishDate"] = order["OrderDate"]
                self._state.counts["charges"] += 1
                self._emit(order, "PAYMENT_AUTHORIZED", total)
            self._emit(order, order["Status"], total)
        return order

    def move(self, number: str, *, status: str, approval: str = "OK") -> None:
        """As time or the service's staff move it: PENDING to COMPLETE or CANCELED, a review to its end."""
        with self._state.changing():
            order = self._state.order(number)
            if order["Status"] in ("COMPLETE", "REFUND"):
                raise ApiError(400, "ORDER_CLOSED", "The order has ended.")
            order.update(Status=status, ApproveStatus=approval)
            if status == "COMPLETE":
                order["FinishDate"] = self._state.stamp()
                self._state.counts["charges"] += 1
            self._emit(order, status, Decimal(str(order["GrossPrice"])))

    def refund(self, number: str, asked: Object) -> bool:
        """By the API or in the control panel: whole or in part, of a complete order."""
        with self._state.changing():
            order = self._state.order(number)
            amount = _checked(order, asked)
            left = Decimal(str(order["GrossPrice"])) - _refunded(order)
            if order["Status"] != "COMPLETE":
                raise ApiError(400, "REFUND_NOT_ALLOWED", "Only complete orders can be refunded.")
            if amount > left:
                raise ApiError(400, "INVALID_AMOUNT", "The amount is above what is left of the order.")
            entry = {
                "Code": f"{number}-{len(order['Refunds'] or ()) + 1:02}",
                "Amount": float(amount),
                "Currency": order["Currency"],
                "Comment": asked["comment"],
                "Reason": asked["reason"],
                "Date": self._state.stamp(),
            }
            order["Refunds"] = [*(order["Refunds"] or ()), entry]
            if amount == left:
                order["Status"] = "REFUND"
            self._state.counts["refunds"] += 1
            self._emit(order, "REFUND", -amount)
        return True

    def charge_back(self, number: str, *, resolution: str, reason: str = "FRAUD") -> None:
        """The buyer's bank asks for the money (OPEN) and how that ended."""
        if resolution not in RESOLUTIONS:
            raise ValueError(f"one of {sorted(RESOLUTIONS)}")
        with self._state.changing():
            order = self._state.order(number)
            order.update(ChargebackResolution=resolution, ChargebackReasonCode=reason)
            if resolution in ("LOST", "ACCEPTED"):
                order["Status"] = "REFUND"
            self._emit(order, order["Status"], Decimal(str(order["GrossPrice"])))


def _new(number: str, cart: Cart, *, rate: int, at: str) -> Object:
    items = [_line(number, place, item, rate, cart.currency) for place, item in enumerate(cart.items)]
    net, gross = (sum(Decimal(str(each["Price"][name])) for each in items) for name in ("NetPrice", "GrossPrice"))
    return {
        "RefNo": number,
        "ExternalReference": cart.reference,
        "VendorApproveStatus": "OK",
        "Language": cart.language,
        "OrderDate": at,
        "FinishDate": None,
        "ChargebackResolution": "NONE",
        "ChargebackReasonCode": None,
        "Items": items,
        "Currency": cart.currency.lower(),
        "NetPrice": float(net),
        "GrossPrice": float(gross),
        "VAT": float(gross - net),
        "Refunds": None,
    }


def _payment(cart: Cart, way: str, card: str) -> Object:
    kind = {"card": "CC", "paypal": "PAYPAL", "wire": "WIRE"}[way]
    details: Object = {"CardType": "visa", "LastDigits": card[-4:], "FirstDigits": card[:4]} if card else {}
    return {
        "Type": "TEST" if cart.is_test else kind,
        "Currency": cart.currency.lower(),
        "PaymentMethod": details or None,
    }


def _line(number: str, at: int, item: Any, rate: int, currency: str) -> Object:
    step = Decimal(1) if currency in WHOLE else Decimal("0.01")
    gross = (item.price * (100 + rate) / 100).quantize(step, rounding=ROUND_HALF_UP)
    return {
        "LineItemReference": f"{number}{at:04}",
        "Code": None,
        "ProductDetails": {"Name": item.name, "Tangible": False, "IsDynamic": True},
        "Quantity": item.quantity,
        "Price": {
            "Currency": currency.lower(),
            "NetPrice": float(item.price),
            "GrossPrice": float(gross),
            "VAT": float(gross - item.price),
        },
    }


def _refunded(order: Object) -> Decimal:
    return sum((Decimal(str(each["Amount"])) for each in order["Refunds"] or ()), Decimal(0))


def _amount(value: Any) -> Decimal:
    """Raises ApiError for what is no amount above zero with at most two places."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ApiError(400, "INVALID_PARAMETER", "An amount is a number.")
    amount = Decimal(str(value))
    if not amount.is_finite() or amount <= 0 or amount != round(amount, 2):
        raise ApiError(400, "INVALID_AMOUNT", "An amount above zero with two decimals.")
    return amount


def _checked(order: Object, asked: Any) -> Decimal:
    """The amount of a request in which nothing is missing, unknown or of the wrong type."""
    if not isinstance(asked, dict) or asked.keys() != {"amount", "comment", "reason", "items"}:
        raise ApiError(400, "INVALID_PARAMETER", "amount, comment, reason and items are required.")
    if not isinstance(asked["comment"], str) or len(asked["comment"]) > 255:
        raise ApiError(400, "INVALID_PARAMETER", "The comment is a text of at most 255 characters.")
    if asked["reason"] not in REASONS:
        raise ApiError(400, "INVALID_PARAMETER", "The reason is unknown.")
    amount, parts = _amount(asked["amount"]), Decimal(0)
    prices = {each["LineItemReference"]: each for each in order["Items"]}
    if not isinstance(asked["items"], list) or not asked["items"]:
        raise ApiError(400, "INVALID_PARAMETER", "Items are required.")
    for item in asked["items"]:
        if not isinstance(item, dict) or item.keys() != {"LineItemReference", "Quantity", "Amount"}:
            raise ApiError(400, "INVALID_PARAMETER", "LineItemReference, Quantity and Amount are required.")
        line, part = prices.get(item["LineItemReference"]), _amount(item["Amount"])
        if line is None or type(item["Quantity"]) is not int or not 0 < item["Quantity"] <= line["Quantity"]:
            raise ApiError(400, "INVALID_PARAMETER", "No such line, or more than its quantity.")
        if part > Decimal(str(line["Price"]["GrossPrice"])):
            raise ApiError(400, "INVALID_AMOUNT", "More than the line cost.")
        parts += part
    if parts != amount:
        raise ApiError(400, "INVALID_AMOUNT", "The items do not add up to the amount.")
    return amount
