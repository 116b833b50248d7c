"""Customers and what they keep: payment methods that can be charged again.

https://docs.stripe.com/api/payment_methods: one that was used without a customer, or was detached, is never used again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from storefront.sandbox.stripe import cards, fields, saved_objects
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State, new_id

_QUERY = re.compile(r"metadata\['(?P<key>(?:[^'\\]|\\.){1,40})'\]:'(?P<value>(?:[^'\\]|\\.)*)'")


class Wallet:
    def __init__(self, state: State, emit: Emit) -> None:
        self._state = state
        self._emit = emit

    # Customers

    def create_customer(self, _path: dict[str, str], asked: Object) -> Object:
        customer: Object = {"id": new_id("cus"), "object": "customer", "created": self._state.now(), "livemode": False}
        customer |= fields.unset(fields.CUSTOMER) | {"metadata": {}}
        customer |= {name: asked.get(name) for name in ("email", "name", "description", "phone")}
        return self._state.add(self._changed(customer, asked))

    def update_customer(self, path: dict[str, str], asked: Object) -> Object:
        return self._changed(self.customer(path["id"]), asked)

    def customer(self, customer_id: str, *, param: str = "id") -> Object:
        return self._state.get("customer", customer_id, param=param)

    def search_customers(self, _path: dict[str, str], asked: Object) -> Object:
        """Only by one equal value of the metadata: the one kind of query that the shop asks."""
        query = _QUERY.fullmatch(asked["query"])
        if query is None:
            raise ApiError(400, "", f"We were unable to parse your search query: {asked['query'][:80]}", param="query")
        key, value = (re.sub(r"\\(.)", r"\1", query[name]) for name in ("key", "value"))
        found = [each for each in self._state.all("customer") if each["metadata"].get(key) == value]
        limit = asked.get("limit", 10)
        return {
            "object": "search_result",
            "data": found[:limit],
            "has_more": len(found) > limit,
            "next_page": None,
            "url": "/v1/customers/search",
        }

    def _changed(self, customer: Object, asked: Object) -> Object:
        told = {name: value for name, value in asked.items() if name not in ("expand", "metadata")}
        customer |= told | {"metadata": customer["metadata"] | asked.get("metadata", {})}
        return customer

    # Methods

    def make(self, number: str, expiry: Sequence[int], *, email: str | None, name: str | None) -> Object:
        """The method that a buyer typed; ``expiry``: (year, month). It belongs to nobody yet."""
        year, month = expiry
        card = fields.unset(fields.METHOD_CARD) | {
            "brand": cards.brand(number),
            "display_brand": cards.brand(number),
            "country": cards.country(number),
            "last4": number[-4:],
            "exp_year": year,
            "exp_month": month,
            "fingerprint": fingerprint(number),
            "networks": {"available": [cards.brand(number)], "preferred": None},
        }
        method = saved_objects.payment_method(card, email=email, name=name, now=self._state.now())
        return self._state.add(method, number=number, is_set_up=False, refusal=None)

    def attach(self, method_id: str, customer_id: str, *, is_set_up: bool) -> Object:
        """From now on the customer's. ``is_set_up``: the buyer's bank knows of charges in their absence."""
        method = self._state.objects[method_id]
        self._state.private[method_id]["is_set_up"] = is_set_up
        if not method["customer"]:
            method |= {"customer": customer_id, "allow_redisplay": "limited"}
            self._emit([("payment_method.attached", method)])
        return method

    def detach(self, path: dict[str, str], _asked: Object) -> Object:
        with self._state.changing():
            method = self._state.get("payment_method", path["id"])
            if not method["customer"]:
                message = "The payment method you provided is not attached to a customer so detachment is impossible."
                raise ApiError(400, "", message, executed=True)
            method["customer"] = None
            self._emit([("payment_method.detached", method)])
            return method

    def update(self, method_id: str, *, exp_year: int = 0, exp_month: int = 0, number: str = "") -> Object:
        """The card network tells of a new expiry or number. Raises 400 for a method of nobody."""
        with self._state.changing():
            method = self._state.get("payment_method", method_id)
            if not method["customer"]:
                raise ApiError(400, "", "This PaymentMethod is not attached to a customer.")
            if number:
                self._state.private[method_id]["number"] = number
                method["card"] |= {"last4": number[-4:], "fingerprint": fingerprint(number)}
            told = {"exp_year": exp_year, "exp_month": exp_month}
            method["card"] |= {name: value for name, value in told.items() if value}
            self._emit([("payment_method.automatically_updated", method)])
            return method

    def refuse(self, method_id: str, *, code: str = "", decline_code: str = "", advice_code: str = "") -> None:
        """Every later charge of the method is refused so; without a code it is as the card is again."""
        with self._state.changing():
            self._state.get("payment_method", method_id)
            refusal = {"code": code, "decline_code": decline_code, "advice_code": advice_code} if code else None
            self._state.private[method_id]["refusal"] = refusal

    def chargeable(self, method_id: str, customer_id: str) -> Object:
        """The customer's method. Raises 400 for anybody else's, and for one that was detached."""
        method = self._state.objects.get(method_id)
        if method is None or method["object"] != "payment_method":
            message = f"No such PaymentMethod: '{method_id}'"
            raise ApiError(400, "resource_missing", message, param="payment_method")
        if not method["customer"]:
            message = (
                "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, or "
                "was detached from a Customer. It may not be used again."
            )
            raise ApiError(400, "payment_method_unexpected_state", message)
        if method["customer"] != customer_id:
            message = f"The customer does not have a payment method with the ID {method_id}."
            raise ApiError(400, "", message, param="payment_method")
        return method


def fingerprint(number: str) -> str:
    """The same for every method of one card."""
    return hashlib.sha256(number.encode()).hexdigest()[:16]
