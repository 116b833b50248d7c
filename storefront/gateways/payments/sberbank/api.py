"""Calls to Sberbank's payment gateway.

Facts are from the bank's interface description (https://ecomtest.sberbank.ru/doc), of which a generated client can be
read at https://github.com/maxlevashov/sberbank-openapi-client, and from
https://github.com/voronkovich/sberbank-acquiring-client. There are two dialects, whose paths end alike but for
``unbindCard.do``; both take forms.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse
from storefront.gateways.json_body import decode

logger = logging.getLogger(__name__)

Order = Mapping[str, Any]
NUMBER_USED = "1"
WRONG_STATE = "7"
#: Code 5 says either that we may not do this, or that a value is wrong; only the text tells which.
_ACCESS = re.compile(r"access|password|login|user|доступ|парол|логин|пользовател", re.IGNORECASE)
#: Orders on one page of a list.
PAGE = 100
MOST_PAGES = 200


class Api:
    """``base`` ends where the names of the calls begin, without a slash. Every call carries user name and password."""

    def __init__(self, http: HttpClient, *, base: str, user_name: str, password: str) -> None:
        self._http, self._base = http, base
        self._keys = {"userName": user_name, "password": password}
        #: the older gateway writes it with a capital letter
        self._unbind = "unBindCard" if "/payment/rest" in base else "unbindCard"

    def register(self, fields: Mapping[str, str]) -> Order:
        """Raises ``Declined`` with the code ``NUMBER_USED`` where the order's number was used before."""
        return self._call("register", fields)

    def order(self, *, order_id: str = "", number: str = "") -> Order:
        """Raises NotFound."""
        return self._call("getOrderStatusExtended", {"orderId": order_id} if order_id else {"orderNumber": number})

    def decline(self, order_id: str) -> None:
        """Close an order that nobody has begun to pay. Raises Declined where somebody has."""
        self._call("decline", {"orderId": order_id}, may_be_late=True)

    def refund(self, fields: Mapping[str, str]) -> None:
        """Raises ``Declined`` with the code ``WRONG_STATE`` also where the bank has a fault of its own."""
        self._call("refund", fields, may_be_late=True)

    def orders(self, fields: Mapping[str, str]) -> Iterator[Order]:
        """All that ``getLastOrdersForMerchants.do`` lists, by ``fields`` without those of the page."""
        for page in range(MOST_PAGES):
            answer = self._call("getLastOrdersForMerchants", {**fields, "page": str(page), "size": str(PAGE)})
            found = answer.get("orderStatuses")
            if not isinstance(found, list):
                raise Unavailable("a list of orders without its orders", code="unreadable_answer")
            yield from found
            if len(found) < PAGE:
                return
        raise Unavailable("more orders than can be read", code="too_many")

    def charge(self, body: Mapping[str, Any]) -> str:
        """Register an order and charge a binding for it. The bank's code for a refusal, "" for none.

        Where a code is told, an order may exist all the same, refused.
        """
        answer = self._read(self._post("recurrentPayment", json={**self._keys, **body}))
        if answer.get("success") is True:
            return ""
        error = answer.get("error")
        told = error if isinstance(error, Mapping) else answer
        code, text = str(told.get("code") or told.get("errorCode") or ""), str(told.get("description") or "")
        if code == "5" and _ACCESS.search(text or str(told.get("errorMessage") or "")):
            raise _refused_keys()
        return code or "refused"

    def binding(self, binding_id: str) -> Mapping[str, Any]:
        """Raises NotFound, also for an answer that lists none of that id."""
        asked = {"bindingId": binding_id, "showExpired": "true", "showInactive": "true"}
        try:
            found = self._call("getBindingsByCardOrId", asked).get("bindings") or ()
        except Declined as refusal:
            raise NotFound("Sberbank does not know this binding", code=refusal.code) from refusal
        for each in found:
            if isinstance(each, Mapping) and each.get("bindingId") == binding_id:
                return each
        raise NotFound("Sberbank does not know this binding", code="no_binding")

    def bindings(self, client_id: str) -> None:
        """Ask for the bindings of a client, who need not exist. Raises ConfigurationError where we may not."""
        try:
            self._call("getBindings", {"clientId": client_id})
        except (Declined, NotFound):
            return

    def unbind(self, binding_id: str) -> None:
        """Nothing happens if it was unbound before."""
        try:
            self._call(self._unbind, {"bindingId": binding_id})
        except (Declined, NotFound):
            return

    def _call(self, name: str, fields: Mapping[str, str], *, may_be_late: bool = False) -> Order:
        answer = self._read(self._post(name, form={**self._keys, **fields}))
        code = str(answer.get("errorCode") or "0")
        if code == "0":
            return answer
        text = str(answer.get("errorMessage") or "")[:200]
        logger.warning("Sberbank %s.do: %s %s", name, code, text)
        if code == "5" and _ACCESS.search(text):
            raise _refused_keys()
        if code == "6":
            raise NotFound("Sberbank does not know this order", code=code)
        if code == WRONG_STATE and not may_be_late:
            raise Unavailable("Sberbank has a fault of its own", code="system_error")
        raise Declined(f"Sberbank refused ({code}: {text})", code=code)

    def _post(self, name: str, **body: Any) -> HttpResponse:
        return self._http.request("POST", f"{self._base}/{name}.do", **body)

    def _read(self, answer: HttpResponse) -> Order:
        """The answer's object; its status is nearly always 200, whatever it says."""
        if answer.status == 429 or answer.status >= 500:
            raise Unavailable(f"Sberbank answered {answer.status}", code=f"http_{answer.status}")
        if answer.status in (401, 403):
            raise _refused_keys()
        if answer.status == 404:
            raise ConfigurationError("there is no payment gateway of Sberbank at SBERBANK_API_BASE")
        try:
            body = decode(answer.body)
        except ValueError as exc:
            raise Unavailable("an answer that cannot be read", code="unreadable_answer") from exc
        if not 200 <= answer.status < 300 or not isinstance(body, Mapping):
            raise Unavailable(f"Sberbank answered {answer.status}", code="unreadable_answer")
        return body


def _refused_keys() -> ConfigurationError:
    return ConfigurationError("Sberbank refuses user name and password, or does not allow them this call")
