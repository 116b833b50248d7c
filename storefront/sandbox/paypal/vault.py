"""PayPal accounts that merchants keep: saved while paying or on a page of their own, charged in one call, removed.

https://developer.paypal.com/api/payment-tokens/v3. ``modes``: the token is there at once; or the buyer's agreement
alone, and the token comes later in a message; or the account may keep nothing at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from storefront.sandbox.paypal.errors import missing, refused
from storefront.sandbox.paypal.people import payer
from storefront.sandbox.paypal.state import Emit, Object, State, new_id, shown, told

MODES = ("at_once", "late", "off")
#: how long a page waits to be agreed to and completed
LIFE = timedelta(days=3)
#: amounts that are refused (major units), for those who try the shop by hand
MAGIC = {
    "10.51": "INSTRUMENT_DECLINED",
    "10.52": "PAYER_ACCOUNT_RESTRICTED",
    "10.53": "TRANSACTION_REFUSED",
    "10.54": "AGREEMENT_ALREADY_CANCELLED",
}


class Vault:
    def __init__(self, state: State, emit: Emit, *, base_url: str) -> None:
        self._state, self._emit, self._base = state, emit, base_url

    # While paying

    def check(self, source: Object) -> None:
        """Raises 422 for an order that wants to keep its buyer's account where that may not be."""
        if "vault" in source.get("attributes", {}) and self._mode() == "off":
            place = "/payment_source/paypal/attributes/vault"
            raise refused("NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE", field=place)

    def keep(self, order: Object) -> None:
        """The account that paid an order, if its merchant asked for that and its buyer agreed."""
        asked = order["_private"].get("attributes", {})
        if "vault" not in asked or not order["_private"].get("is_kept"):
            return
        customer = self._customer(asked.get("customer", {}))
        told_of: Object = {"status": "APPROVED", "customer": customer}
        if self._mode() == "at_once":
            token = self._token(customer, order["payment_source"]["paypal"], order["id"])
            told_of = {"id": token["id"], "status": "VAULTED", "customer": customer, "links": token["links"]}
        order["payment_source"]["paypal"]["attributes"] = {"vault": told_of}

    def deliver(self, order_id: str) -> str:
        """The token of an order that said APPROVED comes now; returns its id."""
        with self._state.changing():
            source = self._state.order(order_id)["payment_source"]["paypal"]
            vault = source.get("attributes", {}).get("vault")
            if not vault or vault["status"] != "APPROVED":
                raise ValueError("no token of this order is to come")
            token = self._token(vault["customer"], source, order_id)
            vault |= {"id": token["id"], "status": "VAULTED", "links": token["links"]}
            return str(token["id"])

    def token_of(self, source: Object, value: str) -> Object:
        """The token that pays an order. Raises 422 for one that is not there, or that is refused."""
        token = self._state.vaulted.get(source["vault_id"])
        if token is None:
            raise refused("TOKEN_ID_NOT_FOUND", field="/payment_source/paypal/vault_id")
        if issue := token["_private"]["refusal"] or MAGIC.get(value, ""):
            raise refused(issue)
        return token

    # On a page of its own

    def create_setup(self, asked: Object) -> Object:
        if self._mode() == "off":
            raise refused("NOT_ENABLED_TO_VAULT_PAYMENT_SOURCE", field="/payment_source/paypal")
        source, setup_id = dict(asked["payment_source"]["paypal"]), new_id()
        page = source.pop("experience_context")
        link, agreement = f"{self._base}/v3/vault/setup-tokens/{setup_id}", f"{self._base}/agreements/approve"
        setup: Object = {
            "id": setup_id,
            "status": "PAYER_ACTION_REQUIRED",
            "customer": self._customer(asked.get("customer", {})),
            "payment_source": {"paypal": source},
            "links": [
                {"href": link, "rel": "self", "method": "GET"},
                {"href": f"{agreement}?approval_session_id={setup_id}", "rel": "approve", "method": "GET"},
            ],
            "_private": {"page": page, "began": self._state.now(), "token": ""},
        }  # fmt: skip
        with self._state.changing():
            self._state.setups[setup_id] = setup
        return setup

    def setup(self, setup_id: str) -> Object:
        """Raises 404, also once its time is over."""
        found = self._state.setups.get(setup_id)
        if found is None:
            raise missing()
        age = datetime.fromisoformat(self._state.now()) - datetime.fromisoformat(found["_private"]["began"])
        if age > LIFE:
            raise missing()
        return found

    def agree(self, setup_id: str, *, agrees: bool = True) -> str:
        """What the buyer does on the page; returns the address they are sent back to."""
        with self._state.changing():
            setup = self.setup(setup_id)
            page = setup["_private"]["page"]
            if not agrees:
                return f"{page['cancel_url']}{_and(page['cancel_url'])}approval_token_id={setup_id}"
            if setup["status"] == "PAYER_ACTION_REQUIRED":
                setup["status"] = "APPROVED"
                setup["payment_source"]["paypal"] |= payer("buyer@example.com")
                setup["links"] = setup["links"][:1]
            return f"{page['return_url']}{_and(page['return_url'])}approval_token_id={setup_id}"

    def create(self, asked: Object) -> Object:
        """A payment token of a setup token that its buyer agreed to. Raises 422 for any other, and a second time."""
        with self._state.changing():
            setup = self._state.setups.get(asked["payment_source"]["token"]["id"])
            if setup is None:
                raise refused("SETUP_TOKEN_ID_NOT_FOUND", field="/payment_source/token/id")
            if setup["status"] != "APPROVED":
                issue = "TOKEN_ALREADY_VAULTED" if setup["status"] == "VAULTED" else "PAYER_ACTION_REQUIRED"
                raise refused(issue, field="/payment_source/token/id")
            setup["status"] = "VAULTED"
            return self._token(setup["customer"], setup["payment_source"]["paypal"], "")

    # Tokens

    def get(self, token_id: str) -> Object:
        """Raises 404."""
        if token_id not in self._state.vaulted:
            raise missing()
        return self._state.vaulted[token_id]

    def listing(self, customer_id: str) -> Object:
        found = [shown(each) for each in self._state.vaulted.values() if each["customer"]["id"] == customer_id]
        return {"customer": {"id": customer_id}, "payment_tokens": found, "total_items": len(found), "links": []}

    def remove(self, token_id: str) -> None:
        """By the merchant, or by the buyer in their account. Raises 404."""
        with self._state.changing():
            token = self.get(token_id)
            self._emit([("VAULT.PAYMENT-TOKEN.DELETION-INITIATED", "payment_token", {"id": token_id})])
            del self._state.vaulted[token_id]
            self._emit([("VAULT.PAYMENT-TOKEN.DELETED", "payment_token", shown(token))])

    def refuse(self, token_id: str, issue: str) -> None:
        """Every later charge is refused with this issue; with "" no more."""
        with self._state.changing():
            self.get(token_id)["_private"]["refusal"] = issue

    def _mode(self) -> str:
        return str(self._state.vault["mode"])

    def _customer(self, asked: Object) -> Object:
        """PayPal's id of a buyer: the one that is named, else one for each name of the merchant's."""
        ours = asked.get("merchant_customer_id", "")
        known = asked.get("id") or self._state.vault["customers"].get(ours) or new_id(10)
        if ours:
            self._state.vault["customers"][ours] = known
        return {"id": known} | ({"merchant_customer_id": ours} if ours else {})

    def _token(self, customer: Object, source: Object, order_id: str) -> Object:
        """One for each customer and PayPal account (``permit_multiple_payment_tokens`` is false)."""
        for each in self._state.vaulted.values():
            is_same_account = each["payment_source"]["paypal"]["account_id"] == source["account_id"]
            if is_same_account and each["customer"]["id"] == customer["id"]:
                return each
        token_id = new_id(10).lower()
        link = f"{self._base}/v3/vault/payment-tokens/{token_id}"
        kept = {name: value for name, value in source.items() if name != "attributes"}
        token: Object = {
            "id": token_id,
            "customer": customer,
            "payment_source": {"paypal": kept},
            "links": [
                {"href": link, "rel": "self", "method": "GET"},
                {"href": link, "rel": "delete", "method": "DELETE"},
            ],
            "_private": {"refusal": "", "made": told(datetime.fromisoformat(self._state.now()))},
        }
        self._state.vaulted[token_id] = token
        metadata = {"metadata": {"order_id": order_id}} if order_id else {}
        self._emit([("VAULT.PAYMENT-TOKEN.CREATED", "payment_token", self._told(token) | metadata)])
        return token

    def _told(self, token: Object) -> Object:
        """What the message holds; the older shape goes by the same name."""
        if not self._state.vault["is_older_shape"]:
            return shown(token)
        source = token["payment_source"]["paypal"]
        return {
            "id": token["id"],
            "customer_id": token["customer"]["id"],
            "source": {"paypal": source},
            "status": "CREATED",
        }


def _and(url: str) -> str:
    return "&" if "?" in url else "?"
