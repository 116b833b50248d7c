"""What each ``/v1`` call does, once its parameters are known to be right."""

from __future__ import annotations

from collections.abc import Callable

from storefront.sandbox.stripe import fields, limits, lists, objects, saved_objects, shapes
from storefront.sandbox.stripe.cashier import Cashier
from storefront.sandbox.stripe.direct import Direct
from storefront.sandbox.stripe.endpoints import Endpoints
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.parameters import Hash
from storefront.sandbox.stripe.refunds import Refunds
from storefront.sandbox.stripe.setups import Setups
from storefront.sandbox.stripe.state import Object, State
from storefront.sandbox.stripe.vouchers import Vouchers
from storefront.sandbox.stripe.wallet import Wallet

SHORTEST_STAY, LONGEST_STAY = 30 * 60, 24 * 3600
PATH = "/v1/checkout/sessions"


class Resources:
    def __init__(
        self,
        state: State,
        cashier: Cashier,
        refunds: Refunds,
        vouchers: Vouchers,
        wallet: Wallet,
        setups: Setups,
        direct: Direct,
        *,
        page: str,
    ) -> None:
        self._state = state
        self._cashier = cashier
        self._wallet, self._setups, self._direct = wallet, setups, direct
        self._refunds = refunds
        self._vouchers = vouchers
        self._page = page
        #: addresses that are found to be wrong only when the session is made
        self.refused_emails: set[str] = set()

    def create_session(self, _path: dict[str, str], asked: Object) -> Object:
        now, is_setup = self._state.now(), asked["mode"] == "setup"
        self._check_mode(asked, is_setup=is_setup)
        total = 0 if is_setup else self._total(asked["line_items"])
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
            self._wallet.customer(asked["customer"], param="customer")
        if asked.get("customer_email") in self.refused_emails:
            raise ApiError(
                400,
                "email_invalid",
                f"Invalid email address: {asked['customer_email']}",
                param="customer_email",
                executed=True,
            )
        if is_setup:
            session = self._named(saved_objects.setup_session(asked, now=now, page=self._page))
            self._state.add(session, lines=[], intent_data={})
            self._setups.begin(session, asked)
            return session
        session = self._named(objects.session(asked, total=total, now=now, page=self._page))
        lines = [objects.line_item(line, now=now) for line in asked["line_items"]]
        self._state.counts["session_creates"] += 1
        return self._state.add(session, lines=lines, intent_data=asked.get("payment_intent_data", {}))

    def _named(self, session: Object) -> Object:
        """With what is known of the customer."""
        if session["customer"] and (email := self._wallet.customer(session["customer"])["email"]):
            session["customer_details"] = {**fields.unset(fields.BUYER), "email": email}
        return session

    def _check_mode(self, asked: Object, *, is_setup: bool) -> None:
        """What only the other mode takes, and what this one needs."""
        needed = ("currency", "customer") if is_setup else ("line_items",)
        foreign = ["currency", "setup_intent_data"]
        if is_setup:
            foreign = ["line_items", "payment_intent_data", "submit_type"]
        for name in needed:
            if name not in asked:
                raise ApiError(400, "parameter_missing", f"Missing required param: {name}.", param=name)
        for name in foreign:
            if name in asked:
                message = f"You can not pass `{name}` in `{asked['mode']}` mode."
                raise ApiError(400, "parameter_unknown", message, param=name)
        saves = asked.get("payment_intent_data", {}).get("setup_future_usage")
        if saves and "customer" not in asked and asked.get("customer_creation") != "always":
            # Stripe would make a guest customer; the shop is to name its own.
            raise ApiError(400, "", "This sandbox saves a method only for a customer.", param="customer")

    def _total(self, lines: list[Object]) -> int:
        if not lines:
            raise ApiError(400, "parameter_missing", "Missing required param: line_items.", param="line_items")
        currencies = {line["price_data"]["currency"] for line in lines}
        if len(currencies) > 1:
            raise ApiError(400, "", "All line items must have the same currency.", param="line_items")
        (currency,) = currencies
        for index, line in enumerate(lines):
            amount = line["price_data"]["unit_amount"]
            limits.check_step(amount, currency, param=f"line_items[{index}][price_data][unit_amount]")
        total: int = sum(line["price_data"]["unit_amount"] * line["quantity"] for line in lines)
        limits.check_total(total, currency, what="The Checkout Session's total amount")
        return total

    def get_session(self, path: dict[str, str], _asked: Object) -> Object:
        return self._state.get("checkout.session", path["id"])

    def expire_session(self, path: dict[str, str], _asked: Object) -> Object:
        return self._cashier.expire(path["id"])

    def list_lines(self, path: dict[str, str], asked: Object) -> Object:
        session = self._state.get("checkout.session", path["id"])
        return lists.page(self._state.private[session["id"]]["lines"], asked, f"{PATH}/{session['id']}/line_items")

    def cancel_intent(self, path: dict[str, str], _asked: Object) -> Object:
        intent = self._state.get("payment_intent", path["id"])
        sessions = {each["payment_intent"] for each in self._state.all("checkout.session")}
        return self._vouchers.cancel_intent(path["id"]) if intent["id"] in sessions else self._direct.cancel(intent)

    def create_refund(self, _path: dict[str, str], asked: Object) -> Object:
        return self._refunds.create(asked)

    def one(self, kind: str) -> Callable[[dict[str, str], Object], Object]:
        """The call that reads one object of a kind."""
        return lambda path, _asked: self._state.get(kind, path["id"])


def calls(
    acts: Resources, state: State, endpoints: Endpoints, wallet: Wallet, setups: Setups, direct: Direct
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
        ("POST", "/v1/payment_intents", shapes.INTENT_CREATE, direct.create),
        ("POST", "/v1/setup_intents" + one + "/cancel", shapes.SETUP_CANCEL, setups.cancel),
        ("POST", "/v1/payment_methods" + one + "/detach", shapes.ONLY_EXPAND, wallet.detach),
        ("POST", "/v1/refunds", shapes.REFUND_CREATE, acts.create_refund),
        ("POST", "/v1/customers", shapes.CUSTOMER_CREATE, wallet.create_customer),
        ("GET", "/v1/customers/search", shapes.CUSTOMER_SEARCH, wallet.search_customers),
        ("POST", "/v1/customers" + one, shapes.CUSTOMER_CREATE, wallet.update_customer),
        ("GET", "/v1/webhook_endpoints", shapes.ENDPOINT_LIST, endpoints.list),
        *(("GET", path, shape, act) for path, _kind, shape, act in listed),
        *(
            ("GET", path + one, shapes.ONLY_EXPAND, acts.one(kind))
            for path, kind, _shape, _act in listed
            if path != PATH
        ),
    ]
