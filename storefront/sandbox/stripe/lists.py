"""What is listed: each kind of object newest first, filtered, in pages cut as Stripe's cursors cut.

``has_more`` says whether anything lies beyond the page in the direction asked for
(https://docs.stripe.com/api/pagination).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from storefront.sandbox.stripe import shapes
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.parameters import Hash
from storefront.sandbox.stripe.state import Object, State

#: path -> kind of object, parameters, and those of them that must equal the object's field of that name
LISTS: dict[str, tuple[str, Hash, tuple[str, ...]]] = {
    "/v1/checkout/sessions": ("checkout.session", shapes.SESSION_LIST, ("payment_intent", "customer", "status")),
    "/v1/payment_intents": ("payment_intent", shapes.INTENT_LIST, ("customer",)),
    "/v1/charges": ("charge", shapes.CHARGE_LIST, ("payment_intent", "customer")),
    "/v1/refunds": ("refund", shapes.REFUND_LIST, ("payment_intent", "charge")),
    "/v1/balance_transactions": (
        "balance_transaction",
        shapes.BALANCE_TRANSACTION_LIST,
        ("currency", "source", "type"),
    ),
    "/v1/disputes": ("dispute", shapes.DISPUTE_LIST, ("payment_intent", "charge")),
    "/v1/events": ("event", shapes.EVENT_LIST, ("type",)),
    "/v1/customers": ("customer", shapes.CUSTOMER_LIST, ("email",)),
    "/v1/payment_methods": ("payment_method", shapes.METHOD_LIST, ("customer", "type")),
    "/v1/setup_intents": ("setup_intent", shapes.SETUP_LIST, ("customer", "payment_method")),
}


def calls(state: State) -> list[tuple[str, str, Hash, Callable[[dict[str, str], Object], Object]]]:
    """(path, kind, parameters, act) of every list."""
    return [(path, kind, shape, _act(state, path, kind, same)) for path, (kind, shape, same) in LISTS.items()]


def page(found: list[Object], asked: Object, url: str) -> Object:
    """One page of ``found``, which is newest first. Raises 400 for a cursor that is not in it."""
    limit = asked.get("limit", 10)
    if "starting_after" in asked and "ending_before" in asked:
        raise ApiError(400, "parameters_exclusive", "You may only specify one of starting_after and ending_before.")
    ids = [each["id"] for each in found]
    if (cursor := asked.get("ending_before")) is not None:
        before = found[: _position(ids, cursor, "ending_before")]
        return _listing(before[-limit:], url, has_more=len(before) > limit)
    if (cursor := asked.get("starting_after")) is not None:
        found = found[_position(ids, cursor, "starting_after") + 1 :]
    return _listing(found[:limit], url, has_more=len(found) > limit)


def _act(state: State, path: str, kind: str, same: tuple[str, ...]) -> Callable[[dict[str, str], Object], Object]:
    def act(_path: dict[str, str], asked: Object) -> Object:
        wanted = {name: asked[name] for name in same if name in asked}
        found = [
            each
            for each in state.all(kind)
            if all(each[name] == value for name, value in wanted.items())
            and each.get("type") in asked.get("types", [each.get("type")])
            and _within(each["created"], asked.get("created", {}))
        ]
        return page(found, asked, path)

    return act


def _within(created: int, span: dict[str, Any]) -> bool:
    return (
        created >= span.get("gte", created)
        and created > span.get("gt", created - 1)
        and created <= span.get("lte", created)
        and created < span.get("lt", created + 1)
    )


def _position(ids: list[str], cursor: str, param: str) -> int:
    if cursor not in ids:
        raise ApiError(400, "resource_missing", f"No such object: '{cursor}'", param=param)
    return ids.index(cursor)


def _listing(objects: list[Object], url: str, *, has_more: bool) -> Object:
    return {"object": "list", "data": objects, "has_more": has_more, "url": url}
