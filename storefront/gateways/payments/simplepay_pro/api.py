"""Calls to simplepay.pro: one JSON object in the form field ``sp_json``, answered by another, both signed.

Assumed, as the company's PHP class does not tell it: that an order id is taken once and leads to the same payment when
it is asked for again, that an unknown order is answered with the status ``error``, and that ``get_status`` tells amount
and order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.json_body import decode
from storefront.gateways.payments.simplepay_pro import signing

Fields = Mapping[str, str]


class Api:
    """``base`` ends in ``/sp``; ``key`` signs calls and their answers."""

    def __init__(self, http: HttpClient, *, base: str, outlet_id: str, key: str) -> None:
        self._http, self._base, self._outlet_id, self._key = http, base, outlet_id, key

    def open(self, fields: Fields) -> Fields:
        """A payment. Raises Declined, which another sum or buyer may cure."""
        answer = self._call("init_payment", fields)
        if answer.get("sp_status") != "ok":
            raise Declined("SimplePay refused the payment", code="refused", is_curable=True)
        return answer

    def status(self, order_id: str) -> Fields:
        """Raises NotFound."""
        answer = self._call("get_status", {"sp_order_id": order_id})
        if answer.get("sp_status") != "ok":
            raise NotFound("SimplePay does not know the order", code="not_found")
        return answer

    def _call(self, script: str, fields: Fields) -> Fields:
        asked = signing.signed(script, {"sp_outlet_id": self._outlet_id, **fields}, self._key)
        answer = self._http.request("POST", f"{self._base}/{script}", form={"sp_json": json.dumps(asked)})
        if answer.status != 200:
            raise Unavailable(f"SimplePay answered {answer.status}", code=f"http_{answer.status}")
        told = read(answer.body)
        if not signing.is_signed(script, told, [self._key]):
            raise ConfigurationError("SimplePay's answer is not signed with our key: outlet or key is wrong")
        return told


def read(body: bytes) -> Fields:
    """Raises ``Unavailable`` for what is no answer."""
    try:
        told = decode(body)
        if not isinstance(told, dict) or not told.get("sp_status"):
            raise ValueError("not an answer")
    except (ValueError, TypeError) as exc:
        raise Unavailable("an answer that cannot be read", code="unreadable_answer") from exc
    return {str(name): str(value) for name, value in told.items() if isinstance(value, str | int)}
