"""What each ``/v1`` call does, once its parameters are known to be right."""

from __future__ import annotations

from collections.abc import Callable

from storefront.sandbox.stripe import fields, lists, objects, shapes
from storefront.sandbox.stripe.cashier import Cashier
from storefront.sandbox.stripe.endpoints import Endpoints
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.parameters import Hash
from storefront.sandbox.stripe.refunds import Refunds
from storefront.sandbox.stripe.state import Object, State, new_id
from storefront.sandbox.stripe.vouchers import Vouchers

#: Minor units: amounts must be multiples of the step (docs.stripe.com/currencies).
STEPS = {"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10}
#: Minor units (docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, July 2026). Elsewhere it is the smallest
#: amount of the currency that is paid out, at the rate of the day: this sandbox takes one unit there.
LARGEST = {
    "cop": 9_999_999_999, "huf": 9_999_999_999, "idr": 999_999_999_999, "inr": 999_999_999, "jpy": 9_999_999_999,
    "lbp": 99_999_999_999,
}  # fmt: skip
SMALLEST = {
    "aed": 200, "ars": 50, "aud": 50, "brl": 50, "cad": 50, "chf": 50, "cop": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "idr": 50, "ils": 50, "inr": 50, "jpy": 50, "krw": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "php": 50, "pln": 200, "ron": 200, "rub": 50, "sek": 300, "sgd": 50,
    "thb": 1000, "usd": 50, "zar": 50,
}  # fmt: skip
SHORTEST_STAY, LONGEST_STAY = 30 * 60, 24 * 3600
PATH = "/v1/checkout/sessions"


class Resources:
    def __init__(self, state: State, cashier: Cashier, refunds: Refunds, vouchers: Vouchers, *, page: str) -> None:
        self._state = state
        self._cashier = cashier
        self._refunds = refunds
        self._vouchers = vouchers
        self._page = page
        #: addresses that are found to be wrong only when the session is made
        self.refused_emails: set[str] = set()

    def create_session(self, _path: dict[str, str], asked: Object) -> Object:
        now = self._state.now()
        total = self._total(asked["line_items"])
        closes = asked.get("expires_at")
        if closes is not None and not now + SHORTEST_STAY <= closes <= now + LONGEST_STAY:
            raise ApiError(
                400,
                "",
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
                param="expires_at",
            )
        if "customer" in asked:
            if "customer_email" in asked or "customer_creation" in asked:
                raise ApiError(
                    400,
                    "parameters_exclusive",
                    "You may only specify one of these parameters: customer, customer_email.",
                )
            self._state.get("customer", asked["customer"], param="customer")
        if asked.get("customer_email") in self.refused_emails:
            raise ApiError(
                400,
                "email_invalid",
                f"Invalid email address: {asked['customer_email']}",
                param="customer_email",
                executed=True,
            )
        session = objects.session(asked, total=total, now=now, page=self._page)
        lines = [objects.line_item(line, now=now) for line in asked["line_items"]]
        self._state.counts["session_creates"] += 1
        return self._state.add(session, lines=lines, intent_data=asked.get("payment_intent_data", {}))

    def _total(self, lines: list[Object]) -> int:
        if not lines:
            raise ApiError(400, "parameter_missing", "Missing required param: line_items.", param="line_items")
        currencies = {line["price_data"]["currency"] for line in lines}
        if len(currencies) > 1:
            raise ApiError(400, "", "All line items must have the same currency.", param="line_items")
        (currency,) = currencies
        for index, line in enumerate(lines):
            if line["price_data"]["unit_amount"] % STEPS.get(currency, 1):
                message = f"Invalid amount in {currency}: it must be a multiple of {STEPS[currency]}."
                raise ApiError(400, "", message, param=f"line_items[{index}][price_data][unit_amount]")
        total: int = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
        if total < SMALLEST.get(currency, 1):
            raise ApiError(400, "amount_too_small", "The Checkout Session's total amount is below the minimum.")
        if total > (most := LARGEST.get(currency, 99_999_999)):
            message = f"The Checkout Session's total amount must be no more than {most}."
            raise ApiError(400, "amount_too_large", message)
        return total

    def get_session(self, path: dict[str, str], _asked: Object) -> Object:
        return self._state.get("checkout.session", path["id"])

    def expire_session(self, path: dict[str, str], _asked: Object) -> Object:
        return self._cashier.expire(path["id"])

    def list_lines(self, path: dict[str, str], asked: Object) -> Object:
        session = self._state.get("checkout.session", path["id"])
        return lists.page(self._state.private[session["id"]]["lines"], asked, f"{PATH}/{session['id']}/line_items")

    def cancel_intent(self, path: dict[str, str], _asked: Object) -> Object:
        return self._vouchers.cancel_intent(path["id"])

    def create_refund(self, _path: dict[str, str], asked: Object) -> Object:
        return self._refunds.create(asked)

    def create_customer(self, _path: dict[str, str], asked: Object) -> Object:
        names = ("email", "name", "description", "phone")
        customer: Object = {"id": new_id("cus"), "object": "customer", "created": self._state.now(), "livemode": False}
        customer |= (
            fields.unset(fields.CUSTOMER)
            | {name: asked.get(name) for name in names}
            | {"metadata": asked.get("metadata", {})}
        )
        return self._state.add(customer)

    def one(self, kind: str) -> Callable[[dict[str, str], Object], Object]:
        """The call that reads one object of a kind."""
        return lambda path, _asked: self._state.get(kind, path["id"])


def calls(
    acts: Resources, state: State, endpoints: Endpoints
) -> list[tuple[str, str, Hash, Callable[[dict[str, str], Object], Object]]]:
    """(method, path pattern, parameters, act) of every call there is."""
    one = r"/(?P<id>\w+)"
    listed = lists.calls(state)
    return [
        ("POST", PATH, shapes.SESSION_CREATE, acts.create_session),
        ("GET", PATH + one, shapes.ONLY_EXPAND, acts.get_session),
        ("POST", PATH + one + "/expire", shapes.ONLY_EXPAND, acts.expire_session),
        ("GET", PATH + one + "/line_items", shapes.LINE_LIST, acts.list_lines),
        ("POST", "/v1/payment_intents" + one + "/cancel", shapes.INTENT_CANCEL, acts.cancel_intent),
        ("POST", "/v1/refunds", shapes.REFUND_CREATE, acts.create_refund),
        ("POST", "/v1/customers", shapes.CUSTOMER_CREATE, acts.create_customer),
        ("GET", "/v1/webhook_endpoints", shapes.ENDPOINT_LIST, endpoints.list),
        *(("GET", path, shape, act) for path, _kind, shape, act in listed),
        *(
            ("GET", path + one, shapes.ONLY_EXPAND, acts.one(kind))
            for path, kind, _shape, _act in listed
            if path != PATH
        ),
    ]
