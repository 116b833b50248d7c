"""Calls to PayMaster's API v2: https://paymaster.ru/docs/en/api

Names and shapes are those of its documents and of https://github.com/an1by/PayMasterSDK. Assumed: that an unknown id is
answered with 404, that a list goes on behind the ``cursor`` that it ends with, and that refunds are listed by time as
payments are.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse
from storefront.gateways.json_body import decode, word

logger = logging.getLogger(__name__)

Object = Mapping[str, Any]
MOST_PAGES = 200


class Api:
    """``base`` ends in ``/api/v2``. Every call carries the token; what is made also an idempotency key, under which it
    is made once."""

    def __init__(self, http: HttpClient, *, base: str, token: str, merchant_id: str) -> None:
        self._http, self._base, self._merchant_id = http, base, merchant_id
        self._headers = {"Authorization": f"Bearer {token}"}

    def make(self, what: str, body: Object, *, key: str) -> Object:
        """``what``: invoices, payments, refunds or tokenization. Raises Declined with PayMaster's code."""
        return self._call("POST", what, body, {"Idempotency-Key": key})

    def payment(self, payment_id: str) -> Object:
        """Raises NotFound."""
        return self._call("GET", f"payments/{quote(payment_id, safe='')}")

    def cancel(self, payment_id: str) -> None:
        """Raises Declined where it cannot be cancelled any more."""
        self._call("PUT", f"payments/{quote(payment_id, safe='')}/cancel", {})

    def token(self, token_id: str) -> Object:
        return self._call("GET", f"paymenttokens/{quote(token_id, safe='')}")

    def revoke(self, token_id: str) -> None:
        self._call("PUT", f"paymenttokens/{quote(token_id, safe='')}/revoke", {})

    def listed(self, what: str, *, since: datetime, until: datetime) -> Iterator[Object]:
        """``what``: payments, of which a part is told alone, or refunds; made between the two (aware)."""
        asked = {"merchantId": self._merchant_id, "start": _stamp(since), "end": _stamp(until)}
        for _page in range(MOST_PAGES):
            answer = self._call("GET", f"{what}?{urlencode(asked)}")
            found = answer.get("items")
            if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
                raise Unavailable("a list without its items", code="unreadable_answer")
            yield from found
            cursor = answer.get("cursor")
            if not cursor:
                return
            asked["cursor"] = str(cursor)
        raise Unavailable("more than can be read", code="too_many")

    def _call(self, method: str, path: str, body: Object | None = None, more: Object | None = None) -> Object:
        url = f"{self._base}/{path}"
        answer = self._http.request(method, url, json=body, headers={**self._headers, **(more or {})})
        if method == "PUT" and 200 <= answer.status < 300:  # its answer is not documented
            return {}
        return _checked(answer)


def _checked(answer: HttpResponse) -> Object:
    if answer.status == 429 or answer.status >= 500:
        raise Unavailable(f"PayMaster answered {answer.status}", code=f"http_{answer.status}")
    try:
        body = decode(answer.body) if answer.body else {}
        code = word(body.get("code")) if isinstance(body, Mapping) and answer.status >= 400 else ""
    except (ValueError, TypeError) as exc:
        raise Unavailable(f"an answer with status {answer.status} cannot be read", code="unreadable_answer") from exc
    if answer.status in (401, 403) or code == "not_authorized":
        raise ConfigurationError("PayMaster refuses the token, or does not allow it this call")
    if answer.status == 404:
        raise NotFound("PayMaster does not know it", code=code or "not_found")
    if 400 <= answer.status < 500:
        logger.warning("PayMaster refused: %s", code or answer.status)
        raise Declined(f"PayMaster refused ({code or answer.status})", code=code or f"http_{answer.status}")
    if not 200 <= answer.status < 300 or not isinstance(body, Mapping) or not answer.body:
        raise Unavailable(f"PayMaster answered {answer.status}", code="unreadable_answer")
    return body


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
