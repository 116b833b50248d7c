"""Stripe's objects as the API version shapes them; ``fields`` has what stays empty in all of them."""

from __future__ import annotations

from typing import Any

from storefront.sandbox.stripe import fields
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Object, State, new_id

API_VERSION = "2026-10-28.endive"
#: property -> kind of object it names, by the kind it is found on
EXPANDABLE = {
    "checkout.session": {"payment_intent", "setup_intent", "customer", "line_items"},
    "setup_intent": {"payment_method", "customer"},
    "payment_method": {"customer"},
    "payment_intent": {"latest_charge", "customer"},
    "charge": {"payment_intent", "customer", "balance_transaction"},
    "refund": {"charge", "payment_intent", "balance_transaction"},
    "balance_transaction": {"source"},
    "dispute": {"charge", "payment_intent"},
}


def line_item(line: Object, *, now: int) -> Object:
    price, quantity = line["price_data"], line["quantity"]
    total = price["unit_amount"] * quantity
    return {
        "id": new_id("li"),
        "object": "item",
        "description": price["product_data"]["name"],
        "quantity": quantity,
        "currency": price["currency"],
        "amount_subtotal": total,
        "amount_discount": 0,
        "amount_tax": 0,
        "amount_total": total,
        "adjustable_quantity": None,
        "metadata": line.get("metadata", {}),
        "price": {
            **fields.unset(fields.PRICE),
            "id": new_id("price"),
            "object": "price",
            "created": now,
            "currency": price["currency"],
            "livemode": False,
            "product": new_id("prod"),
            "unit_amount": price["unit_amount"],
            "unit_amount_decimal": str(price["unit_amount"]),
            "type": "one_time",
        },
    }


def session(asked: Object, *, total: int, now: int, page: str) -> Object:
    """One that takes money; ``saved_objects.setup_session`` makes one that does not out of it."""
    session_id = new_id("cs_test")
    return {
        **fields.unset(fields.SESSION),
        "id": session_id,
        "object": "checkout.session",
        "adaptive_pricing": asked.get("adaptive_pricing", {"enabled": True}),
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": asked.get("cancel_url"),
        "client_reference_id": asked.get("client_reference_id"),
        "created": now,
        "consent_collection": _consent(asked),
        "currency": asked.get("currency") or asked["line_items"][0]["price_data"]["currency"],
        "customer": asked.get("customer"),
        "customer_creation": asked.get("customer_creation", "if_required"),
        "customer_email": asked.get("customer_email"),
        "custom_text": fields.unset(fields.SESSION["custom_text"]) | asked.get("custom_text", {}),
        "expires_at": asked.get("expires_at", now + 24 * 3600),
        "livemode": False,
        "locale": asked.get("locale"),
        "metadata": asked.get("metadata", {}),
        "mode": "payment",
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "status": "open",
        "submit_type": asked.get("submit_type"),
        "success_url": asked["success_url"],
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": page + session_id,
    }


def _consent(asked: Object) -> Object | None:
    told = asked.get("consent_collection")
    return {"promotions": None, "terms_of_service": None, **told} if told else None


def payment_intent(session: Object, data: Object, *, now: int) -> Object:
    """Made when the buyer first confirms, not when the session opens. Session metadata is not copied."""
    intent_id = new_id("pi")
    return {
        **fields.unset(fields.PAYMENT_INTENT),
        "id": intent_id,
        "object": "payment_intent",
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_received": 0,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "always"},
        "capture_method": data.get("capture_method", "automatic_async"),
        "client_secret": f"{intent_id}_secret_{new_id('x')}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "customer": session["customer"],
        "description": data.get("description"),
        "livemode": False,
        "metadata": data.get("metadata", {}),
        "payment_method_types": ["card"],
        "receipt_email": data.get("receipt_email"),
        "setup_future_usage": data.get("setup_future_usage"),
        "statement_descriptor_suffix": data.get("statement_descriptor_suffix"),
        "status": "requires_payment_method",
    }


def charge(intent: Object, method: Object, details: Object, *, now: int) -> Object:
    """``method`` is ``payment_method_details``; the charge begins pending and is then settled or failed."""
    return {
        **fields.unset(fields.CHARGE),
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": {**fields.unset(fields.BILLING), **details},
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": intent["payment_method"],
        "payment_method_details": method,
        "refunded": False,
        "status": "pending",
    }


def refund(charge: Object, amount: int, asked: Object, *, now: int) -> Object:
    return {
        **fields.unset(fields.REFUND),
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "instructions_email": asked.get("instructions_email"),
        "metadata": asked.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": asked.get("reason"),
        "status": "pending",
    }


def dispute(charge: Object, *, status: str, reason: str, now: int) -> Object:
    return {
        **fields.unset(fields.DISPUTE),
        "id": new_id("du"),
        "object": "dispute",
        "amount": charge["amount"],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "evidence_details": {
            "due_by": now + 7 * 86400,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": status.startswith("warning_"),
        "livemode": False,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": _disputed_card(charge, status)},
        "reason": reason,
        "status": status,
    }


def _disputed_card(charge: Object, status: str) -> Object:
    brand = charge["payment_method_details"].get("card", {}).get("brand", "visa")
    case = "inquiry" if status.startswith("warning_") else "chargeback"
    return {"brand": brand, "case_type": case, "network": brand, "network_reason_code": "10.4"}


def balance_transaction(source: Object, amount: int, *, fee: int, kind: str, now: int) -> Object:
    """What a charge, a refund or a dispute did to the balance: ``amount`` before and ``net`` after the fee."""
    what = {"amount": fee, "application": None, "currency": source["currency"], "type": "stripe_fee"}
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now + 2 * 86400,
        "balance_type": "payments",
        "created": now,
        "currency": source["currency"],
        "description": source.get("description"),
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [what | {"description": "Stripe processing fees"}] if fee else [],
        "net": amount - fee,
        "reporting_category": kind,
        "source": source["id"],
        "status": "pending",
        "type": kind,
    }


def expanded(state: State, obj: Object, paths: list[str]) -> Object:
    """A copy of ``obj`` with the named properties written out. Raises 400 for one that cannot be."""
    result = dict(obj)
    wanted: dict[str, list[str]] = {}
    for path in paths:
        head, _, rest = path.partition(".")
        wanted.setdefault(head, []).extend([rest] if rest else [])
    for name, deeper in wanted.items():
        if obj["object"] == "list" and name == "data":
            result["data"] = [expanded(state, item, deeper) for item in obj["data"]]
            continue
        if name not in EXPANDABLE.get(obj["object"], ()):
            raise ApiError(400, "", f"This property cannot be expanded ({name}).", param="expand")
        result[name] = _named(state, obj, name, deeper)
    return result


def _named(state: State, obj: Object, name: str, deeper: list[str]) -> Any:
    if name == "line_items":
        lines = state.private[obj["id"]]["lines"]
        return {
            "object": "list",
            "data": lines,
            "has_more": False,
            "url": f"/v1/checkout/sessions/{obj['id']}/line_items",
        }
    return expanded(state, state.objects[obj[name]], deeper) if obj[name] else None
