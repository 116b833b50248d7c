"""Calls to YooKassa's API, and every failure in our own words.

https://yookassa.ru/developers/using-api/interaction-format, .../response-handling/http-codes
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from storefront.gateways.errors import (
    ConfigurationError,
    Declined,
    GatewayError,
    MissingRight,
    NotFound,
    Unavailable,
)
from storefront.gateways.http import HttpClient, HttpResponse
from storefront.gateways.json_body import decode

logger = logging.getLogger(__name__)

Object = Mapping[str, Any]
#: Objects on one page of a list: the most that it gives.
PAGE = 100
MOST_PAGES = 200
#: says of a breaker that YooKassa is there (``billing.breaker.NOT_AWAY``): it works on the first of two equal calls
IN_PROGRESS = "idempotency_key_in_use"
#: ``code`` of a request that asks for what the shop is not allowed: to keep methods of payment and charge them again
FORBIDDEN = "forbidden"


class Client:
    """``base`` ends in ``/v3``. Safe to share between threads."""

    def __init__(self, http: HttpClient, *, base: str, shop_id: str, secret_key: str) -> None:
        self._http, self._base = http, base
        pair = base64.b64encode(f"{shop_id}:{secret_key}".encode()).decode()
        self._authorization = f"Basic {pair}"

    def get(self, *path: str) -> Object:
        """One object; ``path``: its parts, of which any may come from outside."""
        return self._call("GET", "/".join(quote(each, safe="") for each in path))

    def post(self, path: str, body: Object, *, key: str) -> Object:
        """``key`` makes YooKassa carry a request out once: within 24 hours the same one is answered as the first."""
        return self._call("POST", path, body, {"Idempotence-Key": key})

    def listed(self, path: str, query: Mapping[str, str]) -> Iterator[Object]:
        """All objects of a list, the newest first, page by page."""
        asked = {**query, "limit": str(PAGE)}
        for _ in range(MOST_PAGES):
            answer = self._call("GET", f"{path}?{urlencode(asked)}")
            with readable():
                items, cursor = list(answer["items"]), answer.get("next_cursor")
                if not all(isinstance(item, dict) for item in items) or not isinstance(cursor, str | None):
                    raise TypeError("not a list of objects")
            yield from items
            if not cursor:
                return
            asked["cursor"] = cursor
        raise Unavailable("more objects than can be read", code="too_many")

    def _call(
        self, method: str, path: str, body: Object | None = None, headers: Mapping[str, str] | None = None
    ) -> Object:
        sent = {**(headers or {}), "Authorization": self._authorization}
        answer = self._http.request(method, f"{self._base}/{path}", json=body, headers=sent)
        if answer.status != 200:
            failure = _failure(answer)
            logger.warning("YooKassa %s %s: %s (%d)", method, path.partition("?")[0], failure, answer.status)
            raise failure
        with readable():
            value = decode(answer.body)
            if not isinstance(value, dict):
                raise TypeError("not an object")
            return value


@contextmanager
def readable() -> Iterator[None]:
    """Reads an answer: one that is not what YooKassa documents leaves unknown what was done."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError, ArithmeticError) as exc:
        raise Unavailable(f"YooKassa's answer cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def _failure(answer: HttpResponse) -> GatewayError | ConfigurationError:
    """4xx is definite: the request failed, and the next try is another one with a key of its own. 202, 429 and 5xx
    leave it unknown: the same request is repeated under the same key."""
    code, parameter, text = _words(answer)
    message = f"YooKassa: {code or answer.status} {parameter} {text}".strip()
    match answer.status:
        case 400 if parameter.lower() == "idempotence-key":
            return Declined(message, code="idempotency_error", is_curable=True)
        case 400 | 405 | 415:
            return Declined(message, code=f"{code}:{parameter}" if parameter else code)
        case 401:
            return ConfigurationError("YooKassa refuses our shop id and secret key")
        case 403:
            return MissingRight(message, code=FORBIDDEN, right=text or "autopayments")
        case 404:
            return NotFound(message, code=code)
        case 202:
            return Unavailable(message, code=IN_PROGRESS)
        case 429:
            return Unavailable(message, code="rate_limited")
    return Unavailable(message, code="server_error")


def _words(answer: HttpResponse) -> tuple[str, str, str]:
    """YooKassa's code, the parameter it is about, and its sentence for it, shortened."""
    try:
        body = decode(answer.body)
        return tuple(str(body.get(name) or "")[:100] for name in ("code", "parameter", "description"))  # type: ignore[return-value]
    except (AttributeError, LookupError, TypeError, ValueError):
        return "", "", ""
