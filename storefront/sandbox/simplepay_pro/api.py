"""``/sp/init_payment`` and ``/sp/get_status``: every field by name and form, signed both ways."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from storefront.sandbox.line_faults import LineFaults
from storefront.sandbox.server import Request, Response
from storefront.sandbox.simplepay_pro.state import Object, State, sign

ALWAYS = {"sp_outlet_id", "sp_order_id", "sp_salt", "sp_sig"}
OPENING = {"sp_amount", "sp_description", "sp_lifetime", "sp_success_url", "sp_failure_url"}
MAY = {"sp_user_contact_email", "sp_payment_system"}
FIRST_NUMBER = 700001


class Wrong(Exception):
    """A refusal; the text is what ``sp_error_description`` says."""


class Api:
    """``outlets``: the key of each."""

    def __init__(self, state: State, faults: LineFaults, *, outlets: Mapping[str, str], base: str) -> None:
        self._state, self._faults, self._outlets, self._base = state, faults, outlets, base
        self._calls = {"init_payment": self._open, "get_status": self._status}

    def serve(self, request: Request) -> Response:
        return self._faults.around(request, lambda: self._answered(request))

    def _answered(self, request: Request) -> Response:
        script, key = request.params["script"], ""
        try:
            given = _given(request)
            key = self._outlets.get(given.get("sp_outlet_id", ""), "")
            if not key:
                raise Wrong("outlet")
            if not hmac.compare_digest(sign(script, given, key), given.get("sp_sig", "")):
                raise Wrong("signature")
            told = {"sp_status": "ok", **self._calls[script](given)}
        except Wrong as refusal:
            told = {"sp_status": "error", "sp_error_description": str(refusal)}
        told["sp_salt"] = secrets.token_hex(6)
        return Response({**told, "sp_sig": sign(script, told, key or secrets.token_hex(8))})

    def _open(self, given: Mapping[str, str]) -> Object:
        _check_names(given, ALWAYS | OPENING, MAY)
        _check_opening(given)
        with self._state.changing():
            known = self._state.payments.get(given["sp_order_id"])
            if known is None:
                known = self._state.payments[given["sp_order_id"]] = {
                    "order": given["sp_order_id"], "number": FIRST_NUMBER + len(self._state.payments),
                    "amount": given["sp_amount"], "status": "PENDING", "description": given["sp_description"],
                    "success": given["sp_success_url"], "failure": given["sp_failure_url"],
                    "ends": self._state.clock() + int(given["sp_lifetime"]), "ticket": secrets.token_urlsafe(24),
                    "outlet": given["sp_outlet_id"], "is_test": given.get("sp_payment_system") == "TEST",
                    "tells": given["sp_amount"],
                }  # fmt: skip
            elif known["amount"] != given["sp_amount"]:
                raise Wrong("the order has another amount")
        page = f"{self._base}/pay/{known['ticket']}"
        return {"sp_payment_id": str(known["number"]), "sp_redirect_url": page, "sp_redirect_url_type": "need data"}

    def _status(self, given: Mapping[str, str]) -> Object:
        _check_names(given, ALWAYS, set())
        known = self._state.payments.get(given["sp_order_id"])
        if known is None or known["outlet"] != given["sp_outlet_id"]:
            raise Wrong("no such order")
        return {
            "sp_payment_id": str(known["number"]), "sp_order_id": known["order"], "sp_amount": known["tells"],
            "sp_transaction_status": known["status"],
        }  # fmt: skip


def _given(request: Request) -> dict[str, str]:
    form = dict(request.form)
    if set(form) != {"sp_json"}:
        raise Wrong("one field: sp_json")
    try:
        given = json.loads(form["sp_json"])
    except ValueError:
        raise Wrong("no JSON") from None
    if not isinstance(given, dict) or not all(isinstance(value, str) and value for value in given.values()):
        raise Wrong("an object of texts, none of them empty")
    return given


def _check_names(given: Mapping[str, str], needed: set[str], may: set[str]) -> None:
    if problem := sorted((needed - set(given)) | (set(given) - needed - may)):
        raise Wrong(f"missing or unknown: {', '.join(problem)}")


def _check_opening(given: Mapping[str, str]) -> None:
    forms = {
        "sp_amount": r"(?!0+\.00$)[0-9]{1,9}\.[0-9]{2}",
        "sp_lifetime": r"[1-9][0-9]{1,6}",
        "sp_description": r"[^;\r\n]{1,255}",
        "sp_order_id": r"[A-Za-z0-9._-]{1,100}",
        "sp_user_contact_email": r"[^@\s]+@[^@\s]+",
        "sp_payment_system": r"TEST",
    }
    for name, form in forms.items():
        if name in given and not re.fullmatch(form, given[name]):
            raise Wrong(name)
    for name in ("sp_success_url", "sp_failure_url"):
        if not urlsplit(given[name]).netloc:
            raise Wrong(name)


def of_ticket(state: State, ticket: Any) -> Object | None:
    """An open payment; None for one that is over."""
    with state.changing():
        for each in state.payments.values():
            if each["ticket"] == ticket and each["status"] != "EXECUTED" and state.clock() < each["ends"]:
                return each
    return None
